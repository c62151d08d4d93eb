import CKernels
import Testing

@Suite struct NormalizedPoolingTests {
    /// Images, height, width, channels and the window's height and width.
    static let shapes = [
        [1, 1, 1, 1, 1, 1], [2, 4, 6, 3, 2, 2], [3, 5, 7, 16, 2, 2], [1, 9, 4, 33, 3, 2],
        [2, 3, 3, 17, 3, 3],
        [5, 7, 5, 8, 2, 3], [1, 16, 16, 2, 16, 16],
    ]

    /// Numbers of few bits, so that every computation is exact and many are equal.
    private struct Example {
        let shape: [Int]
        let x: [Float]
        let mean, scale, shift, slope, offset: [Float]
        let arriving: [Float]

        init(_ shape: [Int]) {
            self.shape = shape
            var random = TestRandom(UInt64(shape.reduce(1, +)))
            func quarters(_ count: Int) -> [Float] {
                (0..<count).map { _ in Float(Int(random.next() % 17) - 8) / 4 }
            }
            x = quarters(shape[..<4].reduce(1, *))
            (mean, scale, shift) = (quarters(shape[3]), quarters(shape[3]), quarters(shape[3]))
            (slope, offset) = (quarters(shape[3]), quarters(shape[3]))
            arriving = quarters(shape[0] * (shape[1] / shape[4]) * (shape[2] / shape[5]) * shape[3])
        }

        /// The index in x of each place of each window, by the result's index.
        func windows() -> [[Int]] {
            let (down, across) = (shape[1] / shape[4], shape[2] / shape[5])
            return arriving.indices.map { index in
                let (c, column) = (index % shape[3], index / shape[3] % across)
                let (row, image) = (index / shape[3] / across % down, index / shape[3] / across / down)
                return (0..<(shape[4] * shape[5])).map { place in
                    let y = row * shape[4] + place / shape[5]
                    let x = column * shape[5] + place % shape[5]
                    return ((image * shape[1] + y) * shape[2] + x) * shape[3] + c
                }
            }
        }

        func value(_ index: Int) -> Float {
            let c = index % shape[3]
            return (x[index] - mean[c]) * scale[c] + shift[c]
        }

        /// The place of the first of the largest in a window.
        func largest(_ window: [Int]) -> Int {
            window.indices.reduce(0) { value(window[$1]) > value(window[$0]) ? $1 : $0 }
        }
    }

    private struct Result {
        let output, centred: [Float]
        let positions: [UInt8]
    }

    private func run(_ example: Example, rectifies: Bool, threads: Int, keeps: Bool = true) -> Result {
        let count = example.arriving.count
        let (output, centred) = (Memory<Float>(count: count), Memory<Float>(count: count))
        let positions = Memory<UInt8>(count: count)
        let s = example.shape.map(Int64.init)
        var context = thaw_normalized_pooling(
            input: Memory(example.x).pointer, mean: Memory(example.mean).pointer,
            scale: Memory(example.scale).pointer, shift: Memory(example.shift).pointer,
            output: output.pointer, centred: keeps ? centred.pointer : nil,
            positions: keeps ? positions.pointer : nil, images: s[0], height: s[1], width: s[2],
            channels: s[3], window_height: s[4], window_width: s[5], rectifies: rectifies ? 1 : 0,
            threads: Int32(threads))
        thaw_normalized_pooling_run(&context)
        #expect(output.isIntact && centred.isIntact && positions.isIntact)
        return Result(output: output.values, centred: centred.values, positions: positions.values)
    }

    @Test(arguments: shapes, [1, 2, 3]) func theFirstOfTheLargest(_ shape: [Int], _ threads: Int) {
        let example = Example(shape)
        let windows = example.windows()
        let places = windows.map { example.largest($0) }
        let largest = zip(windows, places).map { example.value($0[$1]) }
        for rectifies in [false, true] {
            let result = run(example, rectifies: rectifies, threads: threads)
            #expect(result.output == largest.map { rectifies ? max($0, 0) : $0 })
            #expect(result.positions.map(Int.init) == places)
            let centred = zip(windows, places).map { window, place in
                example.x[window[place]] - example.mean[window[place] % shape[3]]
            }
            #expect(result.centred == centred)
            let forward = run(example, rectifies: rectifies, threads: threads, keeps: false)
            #expect(forward.output == result.output)
            #expect(forward.positions.allSatisfy { $0 == 7 } && forward.centred.allSatisfy { $0 == -777 })
        }
    }

    @Test(arguments: shapes, [1, 2, 3]) func gradientGoesToTheLargest(_ shape: [Int], _ threads: Int) {
        let example = Example(shape)
        let positions = run(example, rectifies: true, threads: 1).positions
        let result = Memory<Float>(count: example.x.count)
        let s = shape.map(Int64.init)
        var context = thaw_normalized_pooling_gradient(
            input: Memory(example.x).pointer, gradient: Memory(example.arriving).pointer,
            positions: Memory(positions).pointer, mean: Memory(example.mean).pointer,
            scale: Memory(example.scale).pointer, slope: Memory(example.slope).pointer,
            offset: Memory(example.offset).pointer, result: result.pointer, images: s[0], height: s[1],
            width: s[2], channels: s[3], window_height: s[4], window_width: s[5], threads: Int32(threads))
        thaw_normalized_pooling_gradient_run(&context)
        #expect(result.isIntact)
        var expected = example.x.indices.map { index in
            let c = index % shape[3]
            return (example.x[index] - example.mean[c]) * example.slope[c] + example.offset[c]
        }
        for (index, window) in example.windows().enumerated() {
            let pixel = window[example.largest(window)]
            expected[pixel] += example.arriving[index] * example.scale[pixel % shape[3]]
        }
        #expect(result.values == expected)
        let inPlace = Memory(example.x)
        (context.input, context.result) = (UnsafePointer(inPlace.pointer), inPlace.pointer)
        thaw_normalized_pooling_gradient_run(&context)
        #expect(inPlace.isIntact && inPlace.values == expected)
    }

    /// At the beginning, in the middle and at the end of a window.
    @Test(arguments: [0, 1, 2, 3]) func notANumberIsTheLargest(_ place: Int) {
        var x: [Float] = [1, 2, 3, 4]
        x[place] = .nan
        let (output, centred, positions) = (
            Memory<Float>(count: 1), Memory<Float>(count: 1), Memory<UInt8>(count: 1)
        )
        var context = thaw_normalized_pooling(
            input: Memory(x).pointer, mean: Memory([0]).pointer, scale: Memory([1]).pointer,
            shift: Memory([0]).pointer, output: output.pointer, centred: centred.pointer,
            positions: positions.pointer, images: 1, height: 2, width: 2, channels: 1, window_height: 2,
            window_width: 2, rectifies: 1, threads: 1)
        thaw_normalized_pooling_run(&context)
        #expect(output.values[0].isNaN && centred.values[0].isNaN && Int(positions.values[0]) == place)
    }
}
