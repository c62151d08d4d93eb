import ThawGraph
import ThawTensor

/// A batch normalization with the batch's statistics, perhaps a ReLU, and a maximum pooling, with their gradient if the
/// graph has it, where nothing else reads what lies between them.
struct NormalizedPoolingChain {
    /// The node of the normalization.
    let normalization: Int
    /// Whether a ReLU comes before the pooling.
    let rectifies: Bool
    /// The node of the pooling.
    let pooling: Int
    /// The nodes where the gradient enters the chain and where it leaves it.
    let gradient: (pooling: Int, normalization: Int)?

    /// The chain that begins with a node, if one does.
    init?(_ index: Int, in readers: ValueReaders) {
        let graph = readers.graph
        guard graph.nodes[index].operation is BatchNormalization else { return nil }
        var value = Graph.Value(node: index, output: 0)
        let activation = readers.onlyReader(of: value) { $0 == Unary(kind: .relu) }
        if let activation { value = Graph.Value(node: activation, output: 0) }
        guard var others = readers[value],
            let pooling = others.first(where: { graph.nodes[$0].operation is Pooling2D }),
            let operation = graph.nodes[pooling].operation as? Pooling2D,
            NormalizedPooling.accepts(operation, inputShape: graph.nodes[index].outputTypes[0].shape)
        else { return nil }
        normalization = index
        rectifies = activation != nil
        self.pooling = pooling
        others.removeAll { $0 == pooling }
        guard !others.isEmpty else {
            gradient = nil
            return
        }
        // The way back: of the pooling, then the ReLU's `select(value > 0, gradient, 0)`, then the normalization.
        guard
            let entry = others.first(where: {
                graph.nodes[$0].operation as? Pooling2DGradient == Pooling2DGradient(pooling: operation)
            })
        else { return nil }
        others.removeAll { $0 == entry }
        var arriving = Graph.Value(node: entry, output: 0)
        if activation != nil {
            guard others.count == 1, let comparison = others.first,
                graph.nodes[comparison].operation as? Binary == Binary(kind: .greater),
                readers.isZero(graph.nodes[comparison].inputs[1]),
                let select = readers.onlyReader(
                    of: Graph.Value(node: comparison, output: 0), { $0 == Select() }),
                readers.onlyReader(of: arriving, { $0 == Select() }) == select,
                graph.nodes[select].inputs[1] == arriving, readers.isZero(graph.nodes[select].inputs[2])
            else { return nil }
            arriving = Graph.Value(node: select, output: 0)
        } else if !others.isEmpty {
            return nil
        }
        let statistics = [1, 2].map { Graph.Value(node: index, output: $0) }
        guard
            let exit = readers.onlyReader(
                of: arriving,
                { (gradient: BatchNormalizationGradient) in
                    (graph.nodes[index].operation as? BatchNormalization)?.epsilon == gradient.epsilon
                }),
            graph.nodes[exit].inputs
                == Array(graph.nodes[index].inputs.prefix(2)) + statistics + [arriving]
        else { return nil }
        gradient = (entry, exit)
    }
}

/// Which nodes of a graph read a value.
struct ValueReaders {
    let graph: Graph
    private var readers: [Graph.Value: [Int]] = [:]
    private var readOutside: Set<Graph.Value>

    init(_ graph: Graph) {
        self.graph = graph
        readOutside = Set(graph.outputs.map(\.value) + graph.assignments.map(\.value))
        if let predicate = graph.assignmentPredicate { readOutside.insert(predicate) }
        for (index, node) in graph.nodes.enumerated() {
            for input in Set(node.inputs) { readers[input, default: []].append(index) }
        }
    }

    /// The nodes that read a value; nil where something outside the graph reads it too.
    subscript(value: Graph.Value) -> [Int]? { readOutside.contains(value) ? nil : readers[value] ?? [] }

    /// The node that alone reads a value, if it has the operation wanted.
    func onlyReader<Operation: GraphOperation>(
        of value: Graph.Value, _ isWanted: (Operation) -> Bool
    ) -> Int? {
        guard let nodes = self[value], nodes.count == 1,
            let operation = graph.nodes[nodes[0]].operation as? Operation, isWanted(operation)
        else { return nil }
        return nodes[0]
    }

    /// The number that a value is, if it is the same whatever comes in.
    func constant(_ value: Graph.Value) -> Double? {
        guard let constant = graph.nodes[value.node].operation as? Constant, constant.tensor.count == 1
        else { return nil }
        return constant.tensor.doubles[0]
    }

    /// Whether a value is the constant 0.
    func isZero(_ value: Graph.Value) -> Bool { constant(value) == 0 }
}
