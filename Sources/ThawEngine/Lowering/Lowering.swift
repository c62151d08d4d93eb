import CKernels
import ThawGraph
import ThawTensor

/// Turns a graph into planned steps.
///
/// Each unit of the graph becomes one step, or a few; values become storages. Nothing here allocates the
/// memory that a run uses.
final class Lowering {
    let graph: Graph
    let analysis: GraphAnalysis
    let threads: ThreadModel
    /// Whether a row of a result must have the same bits in batches of different sizes.
    let isBatchInvariant: Bool
    let units: Units
    let products: [Int: ProductFusion]
    private(set) var steps: [PlannedStep] = []
    private(set) var inputStorages: [Storage] = []
    private(set) var outputStorages: [Storage] = []
    private(set) var predicateStorage: Storage?
    /// Everything that needs memory.
    private(set) var storages: [Storage] = []
    /// Variables that the prologue depends on.
    private(set) var watchedVariables: [OneDNNVariable] = []
    private(set) var assignedVariables: [OneDNNVariable] = []
    private(set) var readVariables: [OneDNNVariable] = []

    private var loweredUnits: Set<Int> = []
    private var storageOf: [Graph.Value: Storage] = [:]
    private var storageOfVariable: [ObjectIdentifier: Storage] = [:]
    /// Values that are computed straight into the variable they are assigned to.
    private var directlyAssigned: [Graph.Value: OneDNNVariable] = [:]
    /// Values in layouts that primitives chose: copies, and results that nothing has read in the plain layout yet.
    var copies: [Graph.Value: [LayoutCopy]] = [:]
    /// The workspace that maximum pooling leaves for its gradient, by the pooling node.
    var poolingWorkspaces: [Int: Storage] = [:]

    init(_ graph: Graph, threads: ThreadModel, isBatchInvariant: Bool = false) throws {
        self.graph = graph
        self.threads = threads
        self.isBatchInvariant = isBatchInvariant
        analysis = GraphAnalysis(graph)
        let fusions = ProductFusion.find(in: analysis)
        products = Dictionary(uniqueKeysWithValues: fusions.map { ($0.nodes[0], $0) })
        units = Units(analysis, products: fusions.map(\.nodes))
        try lower()
    }

    private func lower() throws {
        for index in graph.inputNodes {
            let storage = makeStorage(
                bytes: try byteCount(Graph.Value(node: index, output: 0)), place: .arena)
            storage.isPinned = true
            storageOf[Graph.Value(node: index, output: 0)] = storage
            inputStorages.append(storage)
        }
        chooseDirectAssignments()
        for id in units.ordered() {
            guard let members = units.members[id] else { continue }
            if let fusion = products[id] {
                try lowerProduct(fusion)
            } else if units.elementwise[id] != nil {
                try lowerElementwise(members)
            } else {
                try lowerSingle(members[0])
            }
            loweredUnits.insert(id)
        }
        for output in graph.outputs { outputStorages.append(try ownedCopy(of: output.value)) }
        if let predicate = graph.assignmentPredicate {
            let storage = try storage(for: predicate)
            storage.isPinned = true
            predicateStorage = storage
        }
        for assignment in graph.assignments { try lowerAssignment(assignment) }
        // Within a phase the order stays; the phases follow one another.
        let phases = Phase.ordered.map { phase in steps.filter { $0.phase == phase } }
        var chains = RowChains(threads: threads) { [self] in makeStorage(bytes: $0, place: .arena) }
        let main = chains.formed(phases[1])
        var updates = chains.sideBySide
        steps = phases[0] + main + updates.arranged(phases[2])
    }

    // MARK: - Storage

    func add(_ step: PlannedStep) { steps.append(step) }

    func makeStorage(bytes: Int, place: Storage.Place) -> Storage {
        let storage = Storage(bytes: bytes, place: place)
        storages.append(storage)
        return storage
    }

    /// New memory for something computed in `phase`.
    func makeStorage(bytes: Int, phase: Phase) -> Storage {
        makeStorage(bytes: bytes, place: phase == .prologue ? .persistent : .arena)
    }

    func byteCount(_ value: Graph.Value) throws(EngineError) -> Int {
        try analysis.storedType(value).byteCount * analysis.type(value).count
    }

    /// Where a value lives. For a value that no step has made yet this decides where it will be.
    func storage(for value: Graph.Value) throws -> Storage {
        let value = analysis.root(value)
        if let storage = storageOf[value] { return storage }
        let storage: Storage
        switch graph.nodes[value.node].operation {
        case let read as VariableRead:
            storage = try variableStorage(read.variable)
        case let constant as Constant:
            storage = makeStorage(bytes: try byteCount(value), place: .persistent)
            let stored = try analysis.storedType(value)
            let tensor = constant.tensor
            storage.constant = { stored.copy(tensor, to: $0) }
        default:
            if let variable = directlyAssigned[value] {
                storage = try variableStorage(variable)
            } else {
                storage = makeStorage(bytes: try byteCount(value), phase: analysis.phase[value.node])
                if let copy = copies[value]?.first { try addUnpacking(copy, to: storage) }
            }
        }
        storageOf[value] = storage
        return storage
    }

    /// Makes a value that no step has made yet take the place of another, which nothing reads any more.
    func place(_ value: Graph.Value, over other: Graph.Value) throws -> Storage {
        let storage = try storage(for: other)
        storageOf[analysis.root(value)] = storage
        return storage
    }

    /// Whether the steps of a unit are there.
    func isLowered(_ unit: Int) -> Bool { loweredUnits.contains(unit) }

    private func variableStorage(_ variable: any GraphVariable) throws -> Storage {
        if let storage = storageOfVariable[ObjectIdentifier(variable)] { return storage }
        guard let own = variable as? OneDNNVariable else {
            throw EngineError.mismatch(
                "variable \(variable.name) was made by another engine; make it with the engine that compiles the graph."
            )
        }
        let storage = makeStorage(bytes: own.type.count * 4, place: .variable(own))
        storageOfVariable[ObjectIdentifier(variable)] = storage
        readVariables.append(own)
        if !graph.assignments.contains(where: { $0.variable === variable }) { watchedVariables.append(own) }
        return storage
    }

    /// Memory that holds `value` and nothing else until the end of the run.
    private func ownedCopy(of value: Graph.Value) throws -> Storage {
        let source = try storage(for: value)
        if case .arena = source.place, !source.isPinned {
            source.isPinned = true
            return source
        }
        let copy = makeStorage(bytes: source.bytes, place: .arena)
        copy.isPinned = true
        addCopy(from: source, to: copy, bytes: try byteCount(value), phase: .main)
        return copy
    }

    func addCopy(from source: Storage, to destination: Storage, bytes: Int, phase: Phase) {
        add(
            PlannedStep("copy", phase: phase, reads: [source], writes: [destination]) { binder in
                var context = thaw_strided_copy()
                context.input = UnsafeRawPointer(binder.address(source))
                context.output = binder.address(destination)
                context.rank = 1
                context.element_bytes = 1
                context.threads = 1
                context.sizes.0 = Int64(bytes)
                context.input_strides.0 = 1
                context.output_strides.0 = 1
                return binder.step(thaw_strided_copy_run, context)
            })
    }

    // MARK: - Assignments

    /// Chooses the assigned values that a fused program may write straight into the variable.
    ///
    /// The program reads the old contents element by element as it writes the new; nothing else that runs in the same
    /// phase may read the variable.
    private func chooseDirectAssignments() {
        var readersOf: [ObjectIdentifier: Set<Int>] = [:]
        for (index, node) in graph.nodes.enumerated() where !analysis.isAlias[index] {
            for input in node.inputs {
                if let read = graph.nodes[analysis.root(input).node].operation as? VariableRead {
                    readersOf[ObjectIdentifier(read.variable), default: []].insert(index)
                }
            }
        }
        for assignment in graph.assignments {
            let value = analysis.root(assignment.value)
            guard let variable = assignment.variable as? OneDNNVariable, directlyAssigned[value] == nil,
                analysis.phase[value.node] == .update, units.elementwise[units.unit[value.node]] != nil,
                units.reductionPattern(value.node) == nil
            else { continue }
            let unit = units.unit[value.node]
            let readers = readersOf[ObjectIdentifier(variable)] ?? []
            let isAlone = readers.allSatisfy { analysis.phase[$0] != .update || units.unit[$0] == unit }
            let isElementForElement = readers.filter { units.unit[$0] == unit }.allSatisfy { reader in
                graph.nodes[reader].outputTypes[0].count == analysis.type(value).count
                    && units.reductionPattern(reader) == nil
            }
            if isAlone && isElementForElement { directlyAssigned[value] = variable }
        }
    }

    private func lowerAssignment(_ assignment: Graph.Assignment) throws {
        let destination = try variableStorage(assignment.variable)
        guard let variable = assignment.variable as? OneDNNVariable else { return }
        assignedVariables.append(variable)
        if directlyAssigned[analysis.root(assignment.value)] === variable { return }
        let source = try storage(for: assignment.value)
        let isOldContents = graph.nodes[analysis.root(assignment.value).node].operation is VariableRead
        // Another assignment may overwrite the old contents of a variable first, so they are set aside.
        let kept = isOldContents ? makeStorage(bytes: source.bytes, place: .arena) : source
        if isOldContents { addCopy(from: source, to: kept, bytes: source.bytes, phase: .main) }
        addCopy(from: kept, to: destination, bytes: destination.bytes, phase: .update)
    }
}

extension Phase {
    static let ordered: [Phase] = [.prologue, .main, .update]
}
