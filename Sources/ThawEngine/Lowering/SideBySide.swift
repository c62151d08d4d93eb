import CKernels

/// Runs small independent steps side by side, each on one thread, in one parallel region: an optimizer's updates, the
/// gradients of many small kernels.
struct SideBySide {
    let threads: ThreadModel
    /// The threads that wrote a storage last, which find it in their caches.
    private var writers: [ObjectIdentifier: [WrittenPart]] = [:]

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
            let own =
                max(
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
        guard count > 1, steps.count > 1 || steps.contains(where: { $0.divisible?.pieces != nil }) else {
            return steps
        }
        var shares = Shares(threads: count, total: total)
        // First what a thread has in its cache, then what cannot be cut, then the rest from the longest on.
        var cuttable: [(step: PlannedStep, work: any DivisibleWork)] = []
        var whole: [(step: PlannedStep, work: any DivisibleWork)] = []
        var alone: [PlannedStep] = []
        for step in steps {
            guard let work = step.divisible else { continue }
            if shares.add(step, work, where: writers) { continue }
            if work.pieces != nil {
                cuttable.append((step, work))
            } else {
                whole.append((step, work))
            }
        }
        for (step, work) in whole where !shares.addWhole(step, work) { alone.append(step) }
        for (step, work) in cuttable.sorted(by: { $0.work.work > $1.work.work })
        where !shares.addCut(step, work) && !shares.addWhole(step, work) {
            alone.append(step)
        }
        writers.merge(shares.writers) { $1 }
        let lists = shares.lists.filter { !$0.isEmpty }
        return lists.isEmpty ? alone : alone + [PlannedStep(sideBySide: lists)]
    }
}

/// Some elements of a storage, and the thread that wrote them.
private struct WrittenPart {
    let elements: Range<Int>
    let thread: Int
}

/// What each thread is given.
private struct Shares {
    private(set) var lists: [[PlannedStep]]
    private(set) var writers: [ObjectIdentifier: [WrittenPart]] = [:]
    private var load: [Int]
    private let share: Int
    /// Cutting off fewer elements than these gains nothing.
    private let fewestElements = 4096

    init(threads: Int, total: Int) {
        lists = [[PlannedStep]](repeating: [], count: threads)
        load = [Int](repeating: 0, count: threads)
        share = total / threads
    }

    private mutating func give(_ step: PlannedStep, to thread: Int, work: Int, elements: Range<Int>) {
        lists[thread].append(step)
        load[thread] += work
        for storage in step.writes {
            writers[ObjectIdentifier(storage), default: []].append(
                WrittenPart(elements: elements, thread: thread))
        }
    }

    /// Gives a step to the thread that wrote what it reads, if that has room, or its parts to the threads that wrote theirs.
    mutating func add(
        _ step: PlannedStep, _ work: any DivisibleWork, where writers: [ObjectIdentifier: [WrittenPart]]
    ) -> Bool {
        guard let parts = step.reads.lazy.compactMap({ writers[ObjectIdentifier($0)] }).first else {
            return false
        }
        if parts.count == 1 {
            let thread = parts[0].thread
            guard thread < lists.count, load[thread] + work.work <= share,
                let alone = work.onOneThread(step.phase)
            else { return false }
            give(alone, to: thread, work: work.work, elements: parts[0].elements)
            return true
        }
        guard let pieces = work.pieces, pieces.width == 1,
            pieces.count == parts.reduce(0, { $0 + $1.elements.count }),
            parts.allSatisfy({ $0.thread < lists.count })
        else { return false }
        let steps = parts.compactMap { work.part($0.elements, step.phase) }
        guard steps.count == parts.count else { return false }
        for (own, part) in zip(steps, parts) {
            give(
                own, to: part.thread, work: work.work * part.elements.count / pieces.count,
                elements: part.elements)
        }
        return true
    }

    /// Gives a step whole to the thread with the least to do.
    mutating func addWhole(_ step: PlannedStep, _ work: any DivisibleWork) -> Bool {
        guard let alone = work.onOneThread(step.phase) else { return false }
        let idlest = load.indices.min { load[$0] < load[$1] } ?? 0
        give(alone, to: idlest, work: work.work, elements: 0..<0)
        return true
    }

    /// Divides a large step evenly, always at the same places, so that a parameter's gradient and its update meet in a
    /// cache; fills the threads up to their share with parts of a smaller one.
    mutating func addCut(_ step: PlannedStep, _ work: any DivisibleWork) -> Bool {
        guard let pieces = work.pieces, pieces.count * pieces.width >= 2 * fewestElements else {
            return false
        }
        let fewest = max(1, fewestElements / pieces.width)
        let workOfPiece = max(1, work.work / pieces.count)
        var parts: [(thread: Int, pieces: Range<Int>, step: PlannedStep)] = []
        var start = 0
        for thread in lists.indices where start < pieces.count {
            var end = pieces.count
            if work.isShared {
                end = pieces.count * (thread + 1) / lists.count
            } else if thread < lists.count - 1 {
                let room = (share - load[thread]) / workOfPiece / 16 * 16
                guard room >= fewest else { continue }
                if pieces.count - start - room >= fewest { end = start + room }
            }
            guard end > start else { continue }
            guard let part = work.part(start..<end, step.phase) else { return false }
            parts.append((thread, start..<end, part))
            start = end
        }
        for (thread, range, part) in parts {
            give(
                part, to: thread, work: range.count * workOfPiece,
                elements: range.lowerBound * pieces.width..<range.upperBound * pieces.width)
        }
        return true
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
