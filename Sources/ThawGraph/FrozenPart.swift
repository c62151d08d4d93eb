/// The part of a graph that gives each sample the same numbers each time: what depends on the samples, on constants and on variables
/// that do not change, one sample at a time, and on nothing else.
///
/// What it hands to the rest of the graph, its border, can be computed once for every sample and kept.
public struct FrozenPart {
    private enum Kind { case fixed, samples, changing }

    /// The values that the rest of the graph needs, in the order of computing. Each holds samples on axis 0.
    public let border: [Graph.Value]
    /// The variables that the border depends on, in the order of their first use.
    public let variables: [any GraphVariable]
    /// About how many additions and multiplications the products before the border take.
    public let work: Double
    private let kinds: [Kind]

    /// Finds the frozen part of a graph.
    ///
    /// - Parameters:
    ///   - graph: any graph.
    ///   - samples: the inputs that hold samples on axis 0.
    ///   - batchSize: how many samples these are.
    ///   - changing: the variables that may be other ones each time, besides those that the graph assigns.
    public init(
        of graph: Graph, samples: [SymbolicTensor], batchSize: Int, changing: Set<ObjectIdentifier> = []
    ) {
        let samples = Set(samples.map(\.value.node))
        let changing = changing.union(graph.assignments.map { ObjectIdentifier($0.variable) })
        var kinds: [Kind] = []
        for (index, node) in graph.nodes.enumerated() {
            kinds.append(
                Self.kind(
                    node, of: graph, isSample: samples.contains(index),
                    inputs: node.inputs.map { kinds[$0.node] },
                    batchSize: batchSize, changing: changing))
        }
        let border = Self.border(of: graph, kinds)
        let needed = graph.nodesNeeded(for: border)
        self.kinds = kinds
        self.border = border
        let nodes = graph.nodes.indices.filter { needed[$0] }.map { graph.nodes[$0] }
        variables = nodes.compactMap { ($0.operation as? VariableRead)?.variable }
        work = nodes.reduce(0) { $0 + graph.productWork(of: $1) }
    }

    /// Whether a value belongs to the frozen part.
    public func contains(_ value: Graph.Value) -> Bool { kinds[value.node] == .samples }

    private static func kind(
        _ node: Graph.Node, of graph: Graph, isSample: Bool, inputs: [Kind], batchSize: Int,
        changing: Set<ObjectIdentifier>
    ) -> Kind {
        if node.operation is Input { return isSample ? .samples : .changing }
        if let read = node.operation as? VariableRead {
            return changing.contains(ObjectIdentifier(read.variable)) ? .changing : .fixed
        }
        guard !inputs.contains(.changing) else { return .changing }
        guard inputs.contains(.samples) else { return .fixed }
        let types = node.inputs.map { graph.nodes[$0.node].outputTypes[$0.output] }
        let keepsApart =
            node.operation.keepsSamplesApart(types, areSamples: inputs.map { $0 == .samples })
            && node.outputTypes.allSatisfy {
                $0.rank > 0 && $0.shape[0] > 0 && $0.shape[0].isMultiple(of: batchSize)
            }
        return keepsApart ? .samples : .changing
    }

    private static func border(of graph: Graph, _ kinds: [Kind]) -> [Graph.Value] {
        let isNeeded = graph.reachableNodes()
        var border = Set(graph.valuesUsedOutside.filter { kinds[$0.node] == .samples })
        for (index, node) in graph.nodes.enumerated() where isNeeded[index] && kinds[index] == .changing {
            border.formUnion(node.inputs.filter { kinds[$0.node] == .samples })
        }
        return border.sorted { ($0.node, $0.output) < ($1.node, $1.output) }
    }
}
