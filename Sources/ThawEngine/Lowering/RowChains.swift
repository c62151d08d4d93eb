/// Lets each thread take some rows through many small steps one after the other, where the steps' rows do not meet.
///
/// The layers of a small dense net are too small to share one by one: a parallel region each costs more than it saves. Row
/// by row they are independent, so a thread can take its samples through all of them in one region, and what it
/// computes stays in its cache. Small steps for which all rows meet, such as the gradients of kernels, wait until
/// something needs them, and then run side by side.
struct RowChains {
    /// Knows which thread computed what, also for the updates that follow.
    private(set) var sideBySide: SideBySide
    private let threads: ThreadModel
    private let makeStorage: (Int) -> Storage
    private var chain = Chain()
    private var waiting = WaitingSteps()
    /// What steps that wait read cannot be freed.
    private let bytesThatMayWait = 16 << 20
    private var result: [PlannedStep] = []

    /// - Parameter makeStorage: gives memory of so many bytes for the time of a run.
    init(threads: ThreadModel, makeStorage: @escaping (Int) -> Storage) {
        self.threads = threads
        sideBySide = SideBySide(threads: threads)
        self.makeStorage = makeStorage
    }

    /// The same steps with chains in them.
    mutating func formed(_ steps: [PlannedStep]) -> [PlannedStep] {
        guard threads.maximum > 1 else { return steps }
        let fewestRows = threads.fewestRowsForThread * threads.maximum
        for step in steps {
            if chain.sums(areReadBy: step) { finishChain() }
            let division = chain.division(of: step, fewestRows: fewestRows)
            if let division, !waiting.hold(back: step), chain.take(step, division) { continue }
            if division == nil, step.divisible?.mayWait == true,
                waiting.bytes + step.bytesRead <= bytesThatMayWait
            {
                waiting.append(step)
                continue
            }
            finishChain()
            result += sideBySide.arranged(waiting.removeNeeded(by: step))
            if let division = chain.division(of: step, fewestRows: fewestRows), chain.take(step, division) {
                continue
            }
            result.append(step)
        }
        finishChain()
        result += sideBySide.arranged(waiting.removeAll())
        return result
    }

    /// What waits came after the chain, or the chain did not need it: either way the chain goes first.
    private mutating func finishChain() {
        defer { chain = Chain() }
        let count = threads.forChain(chain.work)
        guard count > 1, chain.steps.count > 1, let lists = divided(among: count) else {
            result += chain.steps.map(\.step)
            return
        }
        result.append(PlannedStep(sideBySide: lists))
    }

    /// Each thread's part of the chain; the steps that add the parts' sums wait.
    private mutating func divided(among count: Int) -> [[PlannedStep]]? {
        var lists = [[PlannedStep]](repeating: [], count: count)
        var sums: [PlannedStep] = []
        for (step, division) in chain.steps {
            let partial = division.sums.map { makeStorage(count * $0.columns * 4) }
            for thread in 0..<count {
                let rows = chain.rows * thread / count..<chain.rows * (thread + 1) / count
                let places = zip(partial, division.sums).map {
                    PartialSum(storage: $0, offset: thread * $1.columns * 4)
                }
                guard let part = division.part(rows, places, step.phase) else { return nil }
                lists[thread].append(part)
            }
            for (partial, sum) in zip(partial, division.sums) {
                sums.append(
                    ElementwiseProgram.columnSums(
                        of: partial, rows: count, columns: sum.columns, into: sum.storage
                    ).step(step.phase))
            }
        }
        for step in sums { waiting.append(step) }
        return lists
    }
}

/// Steps that may become one.
private struct Chain {
    private(set) var rows = 0
    private(set) var steps: [(step: PlannedStep, division: RowDivision)] = []
    private(set) var work = 0
    private var read: Set<ObjectIdentifier> = []
    private var written: Set<ObjectIdentifier> = []
    private var summed: Set<ObjectIdentifier> = []

    /// How a small step divides by the chain's rows; an empty chain would take the step's own.
    func division(of step: PlannedStep, fewestRows: Int) -> RowDivision? {
        guard let work = step.divisible, work.joinsChains, let wanted = steps.isEmpty ? work.rowCount : rows,
            wanted >= fewestRows
        else { return nil }
        return work.byRows(wanted)
    }

    /// Whether a step needs sums that are whole only after the chain.
    func sums(areReadBy step: PlannedStep) -> Bool {
        !summed.isEmpty && step.reads.contains { summed.contains(ObjectIdentifier($0)) }
    }

    /// Takes the step in if its rows meet no others.
    mutating func take(_ step: PlannedStep, _ division: RowDivision) -> Bool {
        let aligned = Set(division.alignedReads.map(ObjectIdentifier.init))
        let reads = Set(step.reads.map(ObjectIdentifier.init))
        let writes = Set(step.writes.map(ObjectIdentifier.init))
        guard reads.subtracting(aligned).isDisjoint(with: written), writes.isDisjoint(with: read),
            writes.isDisjoint(with: written)
        else { return false }
        if steps.isEmpty, let own = step.divisible?.rowCount { rows = own }
        steps.append((step, division))
        work += step.divisible?.work ?? 0
        read.formUnion(reads)
        written.formUnion(writes)
        summed.formUnion(division.sums.map { ObjectIdentifier($0.storage) })
        return true
    }
}

/// Small steps that nobody has needed yet, in order.
private struct WaitingSteps {
    private var steps: [PlannedStep] = []
    /// The sizes of all that they read.
    private(set) var bytes = 0
    private var used: [ObjectIdentifier: Int] = [:]
    private var written: [ObjectIdentifier: Int] = [:]

    mutating func append(_ step: PlannedStep) {
        steps.append(step)
        bytes += step.bytesRead
        for storage in step.reads + step.writes { used[ObjectIdentifier(storage), default: 0] += 1 }
        for storage in step.writes { written[ObjectIdentifier(storage), default: 0] += 1 }
    }

    /// Whether a step must run after one of these.
    func hold(back step: PlannedStep) -> Bool {
        step.reads.contains { written[ObjectIdentifier($0), default: 0] > 0 }
            || step.writes.contains { used[ObjectIdentifier($0), default: 0] > 0 }
    }

    mutating func removeAll() -> [PlannedStep] {
        defer { self = WaitingSteps() }
        return steps
    }

    /// Takes out what must run before a step, and what must run before that.
    mutating func removeNeeded(by step: PlannedStep) -> [PlannedStep] {
        guard hold(back: step) else { return [] }
        var reads = Set(step.reads.map(ObjectIdentifier.init))
        var writes = Set(step.writes.map(ObjectIdentifier.init))
        var needed: [PlannedStep] = []
        var rest: [PlannedStep] = []
        for candidate in steps.reversed() {
            let isNeeded =
                candidate.writes.contains {
                    reads.contains(ObjectIdentifier($0)) || writes.contains(ObjectIdentifier($0))
                } || candidate.reads.contains { writes.contains(ObjectIdentifier($0)) }
            if isNeeded {
                needed.append(candidate)
                reads.formUnion(candidate.reads.map(ObjectIdentifier.init))
                writes.formUnion(candidate.writes.map(ObjectIdentifier.init))
            } else {
                rest.append(candidate)
            }
        }
        self = WaitingSteps()
        for candidate in rest.reversed() { append(candidate) }
        return needed.reversed()
    }
}
