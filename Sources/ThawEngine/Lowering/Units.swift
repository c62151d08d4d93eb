import ThawGraph
import ThawTensor

/// Partitions a graph's nodes into units, each computed by one step: a fused elementwise program, a product with its
/// epilogue, or a single operation.
///
/// Units may merge only if the partition stays acyclic: no path may leave a unit and come back to it.
final class Units {
    /// What a unit of elementwise nodes has agreed on.
    struct Elementwise {
        var count: Int
        /// The columns of the matrix; nil while any number will do.
        var columns: Int?
        /// Everything the program reads, to bound its size.
        var inputs: Set<Graph.Value>
        var instructions: Int
    }

    let analysis: GraphAnalysis
    private let graph: Graph
    /// The unit of each node; -1 for aliases and leaves.
    private(set) var unit: [Int]
    private(set) var members: [Int: [Int]] = [:]
    private(set) var elementwise: [Int: Elementwise] = [:]
    /// Values that must be spread out in memory before an elementwise node can use them: (node, input position).
    private(set) var materialized: Set<Position> = []
    private var mark: [Int]
    private var markNumber = 0

    struct Position: Hashable {
        let node: Int
        let input: Int
    }

    private static let maximumInputs = 24
    private static let maximumInstructions = 40

    /// - Parameter products: chains of nodes that a product absorbs, first the product.
    init(_ analysis: GraphAnalysis, products: [[Int]]) {
        self.analysis = analysis
        graph = analysis.graph
        unit = [Int](repeating: -1, count: graph.nodes.count)
        mark = [Int](repeating: 0, count: graph.nodes.count)
        let absorbed = Set(products.flatMap { $0 })
        for chain in products {
            for node in chain { unit[node] = chain[0] }
            members[chain[0]] = chain
        }
        for index in graph.nodes.indices where !absorbed.contains(index) && !analysis.isAlias[index] {
            if graph.nodes[index].inputs.isEmpty && isLeaf(index) { continue }
            unit[index] = index
            members[index] = [index]
            if let description = describe(index) { elementwise[index] = description }
        }
        for pass in MergePass.allCases {
            for index in graph.nodes.indices where unit[index] >= 0 && elementwise[unit[index]] != nil {
                grow(index, pass)
            }
        }
    }

    /// In which order merges are tried, the most profitable first.
    private enum MergePass: CaseIterable {
        /// With the maker of a value that then need not be stored at all.
        case privateValues
        /// With the maker of a value that is stored anyway, to save reading it.
        case storedValues
        /// With another reader of the same memory.
        case sharedInputs
    }

    private func isLeaf(_ index: Int) -> Bool {
        switch graph.nodes[index].operation {
        case is Input, is VariableRead, is Constant: true
        default: false
        }
    }

    /// The units in an order in which each comes after what it needs, as near as can be to the graph's own order.
    func ordered() -> [Int] {
        var waiting: [Int: Int] = [:]
        var dependents: [Int: [Int]] = [:]
        for (id, nodes) in members {
            let predecessors = predecessors(of: nodes, in: id)
            waiting[id] = predecessors.count
            for predecessor in predecessors { dependents[predecessor, default: []].append(id) }
        }
        var ready = PriorityList()
        for (id, count) in waiting where count == 0 { ready.insert(id, priority: lastMember(id)) }
        var order: [Int] = []
        while let id = ready.popFirst() {
            order.append(id)
            for dependent in dependents[id] ?? [] {
                let left = (waiting[dependent] ?? 0) - 1
                waiting[dependent] = left
                if left == 0 { ready.insert(dependent, priority: lastMember(dependent)) }
            }
        }
        precondition(order.count == members.count, "fusion made a cycle")
        return order
    }

    private func lastMember(_ id: Int) -> Int { members[id]?.max() ?? id }

    private func predecessors(of nodes: [Int], in id: Int) -> Set<Int> {
        var result: Set<Int> = []
        for node in nodes {
            for input in graph.nodes[node].inputs {
                let producer = unit[analysis.root(input).node]
                if producer >= 0 && producer != id { result.insert(producer) }
            }
        }
        return result
    }

    // MARK: - Elementwise units

    static func isElementwise(_ operation: any GraphOperation) -> Bool {
        operation is Unary || operation is Binary || operation is Select || operation is Cast
            || operation is BroadcastTo
    }

    /// The pattern in which a program can do this reduction at its end.
    func reductionPattern(_ index: Int) -> ReductionPattern? {
        guard let reduction = graph.nodes[index].operation as? Reduction,
            reduction.kind == .sum || reduction.kind == .mean
        else { return nil }
        let input = analysis.type(graph.nodes[index].inputs[0])
        guard input.dtype == .float32, input.count > 0 else { return nil }
        return ReductionPattern(shape: input.shape, axes: reduction.axes)
    }

    private func describe(_ index: Int) -> Elementwise? {
        let node = graph.nodes[index]
        if reductionPattern(index) != nil {
            let input = node.inputs[0]
            let pattern = reductionPattern(index)
            return Elementwise(
                count: analysis.type(input).count, columns: pattern?.columns, inputs: [analysis.root(input)],
                instructions: 0)
        }
        guard Self.isElementwise(node.operation) else { return nil }
        let shape = node.outputTypes[0].shape
        var result = Elementwise(
            count: node.outputTypes[0].count, columns: nil, inputs: [],
            instructions: node.operation is Cast ? 4 : 1)
        for (position, input) in node.inputs.enumerated() {
            result.inputs.insert(analysis.root(input))
            if let spread = Spread(analysis.type(input).shape, to: shape),
                spread.columns == nil || result.columns == nil || spread.columns == result.columns
            {
                result.columns = result.columns ?? spread.columns
            } else if node.operation is BroadcastTo {
                return nil  // a copy with strides does this one
            } else {
                materialized.insert(Position(node: index, input: position))
            }
        }
        return result
    }

    /// Merges the unit of `index` with others.
    private func grow(_ index: Int, _ pass: MergePass) {
        switch pass {
        case .privateValues, .storedValues:
            for (position, input) in graph.nodes[index].inputs.enumerated()
            where !materialized.contains(Position(node: index, input: position)) {
                let value = analysis.root(input)
                guard unit[value.node] >= 0, elementwise[unit[value.node]] != nil else { continue }
                if pass == .privateValues && isStoredAnyway(value) { continue }
                tryMerge(unit[value.node], unit[index])
            }
        case .sharedInputs:
            guard let own = elementwise[unit[index]] else { return }
            for input in own.inputs where analysis.type(input).count == own.count && own.count > 1 {
                for user in analysis.users[input.node] where user < index && unit[user] >= 0 {
                    if unit[user] != unit[index], elementwise[unit[user]] != nil {
                        tryMerge(unit[user], unit[index])
                    }
                }
            }
        }
    }

    /// Whether something that cannot be fused needs the value in memory: then a later computation from it belongs to its
    /// own users rather than here, where its result would have to be stored too.
    private func isStoredAnyway(_ value: Graph.Value) -> Bool {
        analysis.required.contains(value)
            || analysis.users[value.node].contains { elementwise[unit[$0]] == nil }
    }

    private func tryMerge(_ first: Int, _ second: Int) {
        guard first != second, let a = elementwise[first], let b = elementwise[second], a.count == b.count,
            a.columns == nil || b.columns == nil || a.columns == b.columns,
            let firstMembers = members[first], let secondMembers = members[second],
            analysis.phase[firstMembers[0]] == analysis.phase[secondMembers[0]],
            a.instructions + b.instructions <= Self.maximumInstructions
        else { return }
        let nodes = Set(firstMembers).union(secondMembers)
        let inputs = a.inputs.union(b.inputs).filter { !nodes.contains($0.node) }
        guard inputs.count <= Self.maximumInputs else { return }
        guard !wouldBeCyclic(first, second, nodes: firstMembers + secondMembers) else { return }
        for node in secondMembers { unit[node] = first }
        members[first] = (firstMembers + secondMembers).sorted()
        members[second] = nil
        elementwise[second] = nil
        elementwise[first] = Elementwise(
            count: a.count, columns: a.columns ?? b.columns, inputs: inputs,
            instructions: a.instructions + b.instructions)
    }

    /// Whether something outside the two units lies between them, or a member needs the finished sum of another.
    private func wouldBeCyclic(_ first: Int, _ second: Int, nodes: [Int]) -> Bool {
        markNumber += 1
        var stack: [Int] = []
        for node in nodes {
            for (position, input) in graph.nodes[node].inputs.enumerated() {
                let producer = analysis.root(input).node
                let id = unit[producer]
                guard id >= 0 else { continue }
                if id == first || id == second {
                    if reductionPattern(producer) != nil { return true }
                    if materialized.contains(Position(node: node, input: position)) { return true }
                    // A value with fewer elements is spread over the program only once it is complete.
                } else if mark[id] != markNumber {
                    mark[id] = markNumber
                    stack.append(id)
                }
            }
        }
        while let id = stack.popLast() {
            for node in members[id] ?? [] {
                for input in graph.nodes[node].inputs {
                    let producer = unit[analysis.root(input).node]
                    if producer == first || producer == second { return true }
                    if producer >= 0 && mark[producer] != markNumber {
                        mark[producer] = markNumber
                        stack.append(producer)
                    }
                }
            }
        }
        return false
    }
}

/// A small binary heap of units by priority.
private struct PriorityList {
    private var heap: [(priority: Int, id: Int)] = []

    mutating func insert(_ id: Int, priority: Int) {
        heap.append((priority, id))
        var child = heap.count - 1
        while child > 0, heap[child].priority < heap[(child - 1) / 2].priority {
            heap.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    mutating func popFirst() -> Int? {
        guard let first = heap.first else { return nil }
        let last = heap.removeLast()
        guard !heap.isEmpty else { return first.id }
        heap[0] = last
        var parent = 0
        while true {
            var child = 2 * parent + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].priority < heap[child].priority { child += 1 }
            guard heap[child].priority < heap[parent].priority else { break }
            heap.swapAt(child, parent)
            parent = child
        }
        return first.id
    }
}
