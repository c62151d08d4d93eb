import CKernels
import Testing

@Suite struct GatherTests {
    @Test(arguments: [1, 3, 16, 33, 100, 1025], [1, 2, 3])
    func gatherAndScatter(_ width: Int, _ threads: Int) {
        let rows = 11, indices: [Int32] = [0, 10, 3, 3, -1, 11, 7, 3, 0]
        var random = TestRandom(37)
        let values = random.floats(rows * width), updates = random.floats(indices.count * width)
        let table = Memory(values), index = Memory(indices), picked = Memory<Float>(count: updates.count)
        var gather = thaw_gather(
            input: table.pointer, indices: index.pointer, output: picked.pointer, rows: Int64(rows),
            count: Int64(indices.count), width: Int64(width), threads: Int32(threads))
        thaw_gather_run(&gather)
        #expect(picked.isIntact)
        for (i, row) in indices.enumerated() {
            let got = picked.values[i * width..<(i + 1) * width]
            if row < 0 || row >= rows {
                #expect(got.allSatisfy { $0.isNaN })
            } else {
                #expect(got.elementsEqual(values[Int(row) * width..<(Int(row) + 1) * width]))
            }
        }

        let added = Memory(updates), result = Memory<Float>(count: values.count)
        var scatter = thaw_scatter_add(
            input: added.pointer, indices: index.pointer, output: result.pointer, rows: Int64(rows),
            count: Int64(indices.count), width: Int64(width), threads: Int32(threads))
        thaw_scatter_add_run(&scatter)
        var want = [Float](repeating: 0, count: values.count)
        for (i, row) in indices.enumerated() where row >= 0 && row < rows {
            for c in 0..<width { want[Int(row) * width + c] += updates[i * width + c] }
        }
        #expect(result.values == want && result.isIntact)
    }

    @Test(arguments: [1, 2])
    func oneHot(_ threads: Int) {
        let indices: [Int32] = [2, 0, -1, 5, 4]
        let index = Memory(indices), result = Memory<Float>(count: 25)
        var context = thaw_one_hot(
            indices: index.pointer, output: result.pointer, count: 5, depth: 5, threads: Int32(threads))
        thaw_one_hot_run(&context)
        #expect(result.values == indices.flatMap { i in (0..<5).map { $0 == Int(i) ? 1 : 0 } })
        #expect(result.isIntact)
    }

    @Test(arguments: [0, 1, 3, 100, 1025, 65537], [1, 2])
    func fill(_ count: Int, _ threads: Int) {
        let result = Memory<Float>(count: count)
        var context = thaw_fill(
            output: result.pointer, count: Int64(count), value: 2.5, threads: Int32(threads))
        thaw_fill_run(&context)
        #expect(result.values == [Float](repeating: 2.5, count: count) && result.isIntact)
    }

    @Test(arguments: [1, 3, 100, 1023, 1025, 65537], [1, 2])
    func allFinite(_ count: Int, _ threads: Int) {
        var random = TestRandom(41)
        let values = Memory(random.floats(count, -1e38, 1e38)),
            other = Memory([Float.greatestFiniteMagnitude, 0])
        let flag = Memory<Float>(count: 1)
        let buffers: [UnsafePointer<Float>?] = [UnsafePointer(other.pointer), UnsafePointer(values.pointer)]
        func check() -> Float {
            buffers.withUnsafeBufferPointer { buffers in
                [Int64(2), Int64(count)].withUnsafeBufferPointer { counts in
                    var context = thaw_all_finite(
                        buffers: buffers.baseAddress, counts: counts.baseAddress, buffer_count: 2,
                        output: flag.pointer, threads: Int32(threads))
                    thaw_all_finite_run(&context)
                    return flag.values[0]
                }
            }
        }
        #expect(check() == 1)
        for place in [0, count / 2, count - 1] {
            for bad in [Float.nan, .infinity, -.infinity] {
                let old = values.pointer[place]
                values.pointer[place] = bad
                #expect(check() == 0)
                values.pointer[place] = old
            }
        }
        #expect(check() == 1 && flag.isIntact)
    }
}
