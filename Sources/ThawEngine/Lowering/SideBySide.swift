import CKernels

/// Runs small independent steps side by side, each on one thread, in one parallel region: an optimizer's updates, the
/// gradients of many small kernels.
struct SideBySide {
    let threads: ThreadModel
    /// The thread that wrote a storage last, which finds it in its cache.
    private var writer: [ObjectIdentifier: Int] = [:]

    init(threads: ThreadModel) { self.threads = threads }

    /// The same steps in an order in which independent divisible ones stand together, and run together.
    mutating func arranged(_ steps: [PlannedStep]) -> [PlannedStep] {
        let level = Self.levels(of: steps)
        var result: [PlannedStep] = []
        for current in 0...(level.max() ?? 0) {
            let same = steps.indices.filter { level[$0] == current }.map { steps[$0] }
            result += same.filter { $0.divisible == nil }
            result += together(same.filter { $0.divisible != nil })
        }
        return result
    }

    /// A step's level is one above the highest of those it must follow.
    private static func levels(of steps: [PlannedStep]) -> [Int] {
        var level: [Int] = []
        var lastWrite: [ObjectIdentifier: Int] = [:]
        var lastUse: [ObjectIdentifier: Int] = [:]
        for step in steps {
            // After whoever writes what it reads, and whoever uses what it writes.
            let own = max(
                step.reads.compactMap { lastWrite[ObjectIdentifier($0)] }.max() ?? -1,
                step.writes.compactMap { lastUse[ObjectIdentifier($0)] }.max() ?? -1) + 1
            level.append(own)
            for storage in step.reads + step.writes {
                lastUse[ObjectIdentifier(storage), default: own].raise(to: own)
            }
            for storage in step.writes { lastWrite[ObjectIdentifier(storage)] = own }
        }
        return level
    }

    private mutating func together(_ steps: [PlannedStep]) -> [PlannedStep] {
        let total = steps.reduce(0) { $0 + ($1.divisible?.work ?? 0) }
        let count = threads.forSideBySide(total)
        guard count > 1, steps.count > 1 || steps.contains(where: { $0.divisible?.cuttableElements != nil })
        else { return steps }
        var lists = [[PlannedStep]](repeating: [], count: count)
        var load = [Int](repeating: 0, count: count)
        let share = total / count

        // First what one thread has in its cache, then the indivisible, then what can fill the gaps.
        var rest: [PlannedStep] = []
        for step in steps {
            guard let work = step.divisible, let thread = writer(of: step), load[thread] + work.work <= share,
                let alone = work.onOneThread(step.phase)
            else {
                rest.append(step)
                continue
            }
            lists[thread].append(alone)
            load[thread] += work.work
        }
        var cuttable: [PlannedStep] = []
        for step in rest {
            guard let work = step.divisible, work.cuttableElements == nil,
                let alone = work.onOneThread(step.phase)
            else {
                cuttable.append(step)
                continue
            }
            let thread = load.indices.min { load[$0] < load[$1] } ?? 0
            lists[thread].append(alone)
            load[thread] += work.work
        }
        cuttable.sort { ($0.divisible?.work ?? 0) > ($1.divisible?.work ?? 0) }
        for step in cuttable { Self.divide(step, among: &lists, load: &load, share: share) }
        for (thread, list) in lists.enumerated() {
            for step in list { for storage in step.writes { writer[ObjectIdentifier(storage)] = thread } }
        }
        return [PlannedStep(sideBySide: lists.filter { !$0.isEmpty })]
    }

    private func writer(of step: PlannedStep) -> Int? {
        step.reads.lazy.compactMap { writer[ObjectIdentifier($0)] }.first
    }

    /// Fills the threads up to their share with parts of a step; the last takes what is left. What is not worth cutting goes
    /// whole to the thread with the least to do.
    private static func divide(
        _ step: PlannedStep, among lists: inout [[PlannedStep]], load: inout [Int], share: Int
    ) {
        guard let work = step.divisible, let count = work.cuttableElements, count > 0 else { return }
        let smallest = 4096
        let workPerElement = max(1, work.work / count)
        let idlest = load.indices.min { load[$0] < load[$1] } ?? 0
        var start = 0
        for thread in lists.indices where start < count {
            var end = count
            if count < 2 * smallest {
                guard thread == idlest else { continue }
            } else if thread < lists.count - 1 {
                let room = (share - load[thread]) / workPerElement / 16 * 16
                guard room >= smallest else { continue }
                end = count - start - room < smallest ? count : start + room
            }
            lists[thread].append(work.part(start..<end, step.phase))
            load[thread] += (end - start) * workPerElement
            start = end
        }
    }
}

extension PlannedStep {
    /// Lists of steps, each on a thread of its own.
    convenience init(sideBySide lists: [[PlannedStep]]) {
        let all = lists.flatMap { $0 }
        let scratch = MemoryPlan.aligned(all.map(\.scratchBytes).max() ?? 0)
        self.init(
            "side by side x\(all.count)", phase: all.first?.phase ?? .main, reads: all.flatMap(\.reads),
            writes: all.flatMap(\.writes), scratchBytes: scratch * lists.count, lists: lists
        ) { binder in
            let bound = lists.enumerated().map { thread, list in
                let steps = binder.withScratch(at: thread * scratch) { list.map { $0.bind(binder) } }
                return thaw_step_list(steps: UnsafePointer(binder.keep(steps)), count: Int64(steps.count))
            }
            return binder.step(
                thaw_step_lists_run,
                thaw_step_lists(count: Int32(bound.count), lists: UnsafePointer(binder.keep(bound))))
        }
    }
}

extension Int {
    fileprivate mutating func raise(to value: Int) { self = Swift.max(self, value) }
}
