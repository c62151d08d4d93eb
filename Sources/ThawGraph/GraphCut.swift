/// A graph in two: what computes some of its values, and the rest, which is given them.
public struct GraphCut {
    private let graph: Graph
    private let border: [Graph.Value]
    private let names: [String]

    /// Cuts a graph at some of its values.
    ///
    /// - Parameters:
    ///   - graph: the graph.
    ///   - border: the values.
    ///   - name: the names, by number, of the first part's outputs and the second one's inputs.
    public init(_ graph: Graph, at border: [Graph.Value], name: (Int) -> String) {
        self.graph = graph
        self.border = border
        names = border.indices.map(name)
    }

    /// The graph that computes the border; its outputs are in the order of the border, and it assigns nothing.
    ///
    /// - Parameter inputs: inputs of the graph that it is to have whether it needs them or not.
    public func before(keeping inputs: [SymbolicTensor] = []) throws(GraphError) -> Graph {
        let isNeeded = graph.nodesNeeded(for: border + inputs.map(\.value))
        var copy = GraphCopy(graph)
        for index in graph.nodes.indices where isNeeded[index] { try copy.add(index) }
        for (value, name) in zip(border, names) { copy.target.addOutput(name, copy[value]) }
        return copy.target
    }

    /// The graph that goes on from the border: it has the whole graph's outputs and assignments.
    ///
    /// - Parameters:
    ///   - inputs: the graph's inputs that are not to be given any more.
    ///   - shape: the shape in which value `i` of the border is given, of as many elements.
    public func after(dropping inputs: [SymbolicTensor], shape: (Int) -> [Int]) throws(GraphError) -> Graph {
        let isNeeded = graph.nodesNeeded(for: graph.valuesUsedOutside, stoppingAt: Set(border))
        let dropped = Set(inputs.map(\.value.node))
        var copy = GraphCopy(graph)
        for (index, value) in border.enumerated() {
            let type = graph.tensor(value).type
            let input = copy.target.input(names[index], shape: shape(index), dtype: type.dtype)
            copy[value] = input.shape == type.shape ? input : try input.reshape(to: type.shape)
        }
        for (index, node) in graph.nodes.enumerated() where !dropped.contains(index) {
            if isNeeded[index] || node.operation is Input { try copy.add(index) }
        }
        for output in graph.outputs { copy.target.addOutput(output.name, copy[output.value]) }
        for assignment in graph.assignments {
            try copy.target.assign(assignment.variable, copy[assignment.value])
        }
        if let predicate = graph.assignmentPredicate { try copy.target.assignOnlyIf(copy[predicate]) }
        return copy.target
    }
}

extension Graph {
    /// The values that outputs, assignments and their condition use.
    var valuesUsedOutside: [Value] {
        outputs.map(\.value) + assignments.map(\.value) + (assignmentPredicate.map { [$0] } ?? [])
    }

    /// For each node whether values depend on it.
    ///
    /// - Parameter given: values that are known without computing them.
    func nodesNeeded(for values: [Value], stoppingAt given: Set<Value> = []) -> [Bool] {
        var isNeeded = [Bool](repeating: false, count: nodes.count)
        for value in values where !given.contains(value) { isNeeded[value.node] = true }
        for index in nodes.indices.reversed() where isNeeded[index] {
            for input in nodes[index].inputs where !given.contains(input) { isNeeded[input.node] = true }
        }
        return isNeeded
    }
}
