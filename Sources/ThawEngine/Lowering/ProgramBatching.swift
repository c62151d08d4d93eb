import CKernels

/// Runs the many small programs of an update (one or more for each parameter) side by side in one parallel region.
enum ProgramBatching {
    /// The steps of one phase, reordered so that independent programs stand together and run as one step.
    static func batched(_ steps: [PlannedStep], threads: ThreadModel) -> [PlannedStep] {
        var level: [Int] = []
        var lastWriter: [ObjectIdentifier: Int] = [:]
        var lastUser: [ObjectIdentifier: Int] = [:]
        for (number, step) in steps.enumerated() {
            // After whoever writes what it reads, and whoever uses what it writes.
            var own = 0
            for storage in step.reads {
                if let writer = lastWriter[ObjectIdentifier(storage)] { own = max(own, level[writer] + 1) }
            }
            for storage in step.writes {
                if let user = lastUser[ObjectIdentifier(storage)] { own = max(own, level[user] + 1) }
            }
            level.append(own)
            for storage in step.reads + step.writes { keepLatest(&lastUser, storage, number, level) }
            for storage in step.writes { lastWriter[ObjectIdentifier(storage)] = number }
        }
        var result: [PlannedStep] = []
        for current in 0...(level.max() ?? 0) {
            let together = steps.indices.filter { level[$0] == current }.map { steps[$0] }
            let programs = together.filter { $0.program != nil }
            result += together.filter { $0.program == nil }
            if programs.count > 1 {
                result.append(batch(programs, threads: threads))
            } else {
                result += programs
            }
        }
        return result
    }

    private static func keepLatest(
        _ users: inout [ObjectIdentifier: Int], _ storage: Storage, _ number: Int, _ level: [Int]
    ) {
        let key = ObjectIdentifier(storage)
        if let earlier = users[key], level[earlier] > level[number] { return }
        users[key] = number
    }

    /// A program, or a part of one, and the thread that runs it.
    private struct Share {
        let program: ElementwiseProgram
        let part: Range<Int>?
        let owner: Int32
    }

    private static func batch(_ steps: [PlannedStep], threads: ThreadModel) -> PlannedStep {
        let programs = steps.compactMap(\.program)
        let total = programs.reduce(0) { $0 + $1.count * $1.work }
        let threadCount = threads.forElements(total)
        let shares = divided(programs, total: total, threads: Int(threadCount))
        let scratchEach = MemoryPlan.aligned(programs.map { $0.scratchBytes(threads: 1) }.max() ?? 0)
        return PlannedStep(
            "programs x\(programs.count)", phase: steps[0].phase, reads: steps.flatMap(\.reads),
            writes: steps.flatMap(\.writes), scratchBytes: scratchEach * Int(threadCount)
        ) { binder in
            let filled = shares.map { share -> UnsafeMutablePointer<thaw_elementwise>? in
                var program = share.program.filled(
                    binder, scratch: binder.scratch + Int(share.owner) * scratchEach, part: share.part)
                program.threads = 1
                return binder.keep(program)
            }
            return binder.step(
                thaw_elementwise_batch_run,
                thaw_elementwise_batch(
                    count: Int32(shares.count), threads: threadCount,
                    programs: UnsafePointer(binder.keep(filled)),
                    owner: UnsafePointer(binder.keep(shares.map(\.owner)))))
        }
    }

    /// Gives each thread the same work, cutting a long program where a thread's share ends.
    private static func divided(_ programs: [ElementwiseProgram], total: Int, threads: Int) -> [Share] {
        let smallest = 4096
        var shares: [Share] = []
        var done = 0
        for program in programs {
            var start = 0
            while start < program.count {
                let owner = min(threads - 1, done * threads / max(1, total))
                let left = ((owner + 1) * total / threads - done) / program.work / 16 * 16
                var end = program.count
                if program.isDivisible, owner < threads - 1, left >= smallest,
                    program.count - start - left >= smallest
                {
                    end = start + left
                }
                let part = start == 0 && end == program.count ? nil : start..<end
                shares.append(Share(program: program, part: part, owner: Int32(owner)))
                done += (end - start) * program.work
                start = end
            }
        }
        return shares
    }
}
