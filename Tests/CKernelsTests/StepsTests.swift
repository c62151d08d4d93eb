import CKernels
import Testing

@Suite struct StepsTests {
    @Test func stepsRunInOrder() {
        let memory = Memory<Float>(count: 3)
        var first = thaw_fill(output: memory.pointer, count: 3, value: 1, threads: 1)
        var second = thaw_fill(output: memory.pointer, count: 2, value: 2, threads: 1)
        withUnsafeMutablePointer(to: &first) { first in
            withUnsafeMutablePointer(to: &second) { second in
                let steps = [
                    thaw_step(run: thaw_fill_run, context: first),
                    thaw_step(run: thaw_fill_run, context: second),
                ]
                thaw_steps_run(steps, Int64(steps.count))
            }
        }
        #expect(memory.values == [2, 2, 1])
    }

    /// Every part runs once, whatever number of threads the runtime grants.
    @Test(arguments: [0, 1, 2, 3, 16])
    func everyPartRunsOnce(_ threads: Int) {
        let parts = max(threads, 1)
        let seen = Memory([Int32](repeating: 0, count: parts))
        thaw_parallel(
            { context, index, count in
                guard let seen = context?.assumingMemoryBound(to: Int32.self) else { return }
                seen[Int(index)] += count
            }, seen.pointer, Int32(threads))
        #expect(seen.values == [Int32](repeating: Int32(parts), count: parts) && seen.isIntact)
        #expect(thaw_maximum_threads() >= 1)
    }
}
