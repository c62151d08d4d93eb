import ThawGraph
import ThawTensor

/// Where batch normalizations with the batch's statistics meet activations: what follows a normalization, and which activation
/// a gradient came through before it reaches a normalization's gradient.
struct NormalizedActivationChains {
    /// What becomes of a normalization's output.
    struct Forward {
        /// The node of the normalization.
        let normalization: Int
        /// The node whose result the fused operation gives: the activation, or the normalization itself.
        let last: Int
        let activation: FusedActivation
        /// What is added before the activation, if anything.
        let residual: Graph.Value?
    }

    /// Where a gradient of a normalization begins.
    struct Backward {
        /// The node of the gradient.
        let gradient: Int
        let activation: FusedActivation
        /// What arrives behind the activation.
        let arriving: Graph.Value
        /// The shift of the normalization before the activation.
        let shift: Graph.Value?
    }

    /// Smaller tensors stay in the cache, and their steps are merged and divided among threads with others.
    private static let fewestElements = 1 << 16

    private(set) var forward: [Forward] = []
    private(set) var backward: [Backward] = []
    private let readers: ValueReaders
    private var graph: Graph { readers.graph }

    init(_ graph: Graph) {
        readers = ValueReaders(graph)
        var taken: Set<Int> = []
        for (index, node) in graph.nodes.enumerated()
        where (node.outputTypes.first?.count ?? 0) >= Self.fewestElements {
            if node.operation is BatchNormalization, let chain = forward(index, &taken) {
                forward.append(chain)
            } else if node.operation is BatchNormalizationGradient {
                backward.append(backward(index))
            }
        }
    }

    /// - Parameter taken: the additions that are part of a chain already.
    private func forward(_ index: Int, _ taken: inout Set<Int>) -> Forward? {
        let value = Graph.Value(node: index, output: 0)
        if let last = readers.onlyReader(of: value, isActivation),
            let activation = FusedActivation(graph.nodes[last].operation)
        {
            return Forward(normalization: index, last: last, activation: activation, residual: nil)
        }
        let isAddition = { (operation: Binary) in operation == Binary(kind: .add) }
        guard let addition = readers.onlyReader(of: value, isAddition) else { return nil }
        if taken.contains(addition) {
            // The other normalization adds this one's result, which must be in memory then.
            return Forward(normalization: index, last: index, activation: .none, residual: nil)
        }
        let sum = Graph.Value(node: addition, output: 0)
        guard let last = readers.onlyReader(of: sum, isActivation),
            let activation = FusedActivation(graph.nodes[last].operation),
            let residual = graph.nodes[addition].inputs.first(where: { $0 != value }),
            type(residual) == type(value)
        else { return nil }
        taken.insert(addition)
        return Forward(normalization: index, last: last, activation: activation, residual: residual)
    }

    private func isActivation(_ operation: Unary) -> Bool { FusedActivation(operation) != nil }

    private func type(_ value: Graph.Value) -> TensorType {
        graph.nodes[value.node].outputTypes[value.output]
    }

    private func backward(_ index: Int) -> Backward {
        let arriving = graph.nodes[index].inputs[4]
        if let gate = gate(before: arriving, of: index) { return gate }
        return Backward(gradient: index, activation: .none, arriving: arriving, shift: nil)
    }

    /// `select(0 < y, gradient, 0)`, or with `0 < y and y < maximum`, where y is the activation of the normalization whose
    /// gradient is asked for, and nothing else reads it.
    private func gate(before value: Graph.Value, of index: Int) -> Backward? {
        let select = graph.nodes[value.node]
        guard select.operation is Select, readers[value] == [index], readers.isZero(select.inputs[2]),
            type(select.inputs[1]) == type(value),
            let activated = activation(comparedIn: select.inputs[0].node),
            let activation = FusedActivation(graph.nodes[activated].operation)
        else { return nil }
        let normalized = graph.nodes[activated].inputs[0].node
        let statistics = [1, 2].map { Graph.Value(node: normalized, output: $0) }
        let operands = graph.nodes[normalized].inputs
        guard let normalization = graph.nodes[normalized].operation as? BatchNormalization,
            graph.nodes[activated].inputs[0].output == 0,
            graph.nodes[index].operation
                == BatchNormalizationGradient(epsilon: normalization.epsilon),
            Array(graph.nodes[index].inputs.prefix(4)) == Array(operands.prefix(2)) + statistics
        else { return nil }
        return Backward(
            gradient: index, activation: activation, arriving: select.inputs[1], shift: operands[2])
    }

    /// The activation whose result a gradient's condition looks at, if it is the condition of that activation.
    private func activation(comparedIn condition: Int) -> Int? {
        let node = graph.nodes[condition]
        switch (node.operation as? Binary)?.kind {
        case .greater:
            guard readers.isZero(node.inputs[1]),
                graph.nodes[node.inputs[0].node].operation == Unary(kind: .relu)
            else { return nil }
            return node.inputs[0].node
        case .logicalAnd:
            let (low, high) = (graph.nodes[node.inputs[0].node], graph.nodes[node.inputs[1].node])
            guard low.operation == Binary(kind: .greater), high.operation == Binary(kind: .less),
                low.inputs[0] == high.inputs[0], readers.isZero(low.inputs[1]),
                case .clippedRelu(let maximum) = (graph.nodes[low.inputs[0].node].operation as? Unary)?.kind,
                readers.constant(high.inputs[1]).map(Float.init) == Float(maximum)
            else { return nil }
            return low.inputs[0].node
        default: return nil
        }
    }
}

private func == <Operation: GraphOperation & Equatable>(
    left: any GraphOperation, right: Operation
) -> Bool { left as? Operation == right }
