import CKernels
import Testing

/// A box to copy, with the input's and the output's strides.
struct CopyCase: Sendable {
    var sizes: [Int]
    var inputStrides: [Int]
    var outputStrides: [Int]
    var inputOffset = 0

    static let cases: [CopyCase] = [
        CopyCase(sizes: [], inputStrides: [], outputStrides: []),
        CopyCase(sizes: [1000], inputStrides: [1], outputStrides: [1]),
        CopyCase(sizes: [3, 5], inputStrides: [5, 1], outputStrides: [5, 1]),
        CopyCase(sizes: [0, 5], inputStrides: [5, 1], outputStrides: [5, 1]),
        CopyCase(sizes: [33, 47], inputStrides: [1, 33], outputStrides: [47, 1]),
        CopyCase(sizes: [64, 128], inputStrides: [1, 64], outputStrides: [128, 1]),
        CopyCase(sizes: [5, 9], inputStrides: [1, 5], outputStrides: [9, 1]),
        CopyCase(sizes: [2, 40, 30, 6], inputStrides: [7200, 6, 240, 1], outputStrides: [7200, 180, 6, 1]),
        CopyCase(
            sizes: [2, 8, 30, 40], inputStrides: [9600, 1, 320, 8], outputStrides: [9600, 1200, 40, 1]),
        CopyCase(sizes: [10, 7], inputStrides: [20, 1], outputStrides: [7, 1], inputOffset: 3),
        CopyCase(sizes: [10, 7], inputStrides: [7, 1], outputStrides: [9, 1]),
        CopyCase(sizes: [10, 7], inputStrides: [0, 1], outputStrides: [7, 1]),
        CopyCase(sizes: [10, 7], inputStrides: [1, 0], outputStrides: [7, 1]),
        CopyCase(sizes: [10, 7], inputStrides: [0, 0], outputStrides: [7, 1]),
        CopyCase(sizes: [100], inputStrides: [-1], outputStrides: [1], inputOffset: 99),
        CopyCase(sizes: [50], inputStrides: [2], outputStrides: [3]),
        CopyCase(
            sizes: [2, 3, 4, 5, 6], inputStrides: [1, 2, 6, 24, 120], outputStrides: [360, 120, 30, 6, 1]),
        CopyCase(
            sizes: [2, 1, 2, 2, 2, 2, 2, 3], inputStrides: [96, 96, 1, 2, 4, 8, 16, 32],
            outputStrides: [96, 7, 48, 24, 12, 6, 3, 1]),
    ]
}

@Suite struct StridedCopyTests {
    @Test(arguments: CopyCase.cases, [1, 2, 3])
    func agreesWithLoops(_ box: CopyCase, _ threads: Int) {
        func extent(_ strides: [Int]) -> Int {
            zip(box.sizes, strides).reduce(1) { $0 + max($1.0 - 1, 0) * abs($1.1) }
        }
        let inputCount = extent(box.inputStrides) + box.inputOffset, outputCount = extent(box.outputStrides)
        let floats = Memory((0..<inputCount).map { Float($0) }),
            bytes = Memory((0..<inputCount).map { UInt8($0 % 251) })
        let floatResult = Memory([Float](repeating: -1, count: outputCount))
        let byteResult = Memory([UInt8](repeating: 255, count: outputCount))
        run(box, floats.pointer + box.inputOffset, floatResult.pointer, 4, threads)
        run(box, bytes.pointer + box.inputOffset, byteResult.pointer, 1, threads)
        var want = [Float](repeating: -1, count: outputCount),
            wantBytes = [UInt8](repeating: 255, count: outputCount)
        let total = box.sizes.reduce(1, *)
        for linear in 0..<total {
            var rest = linear, from = box.inputOffset, to = 0
            for k in box.sizes.indices.reversed() {
                from += rest % box.sizes[k] * box.inputStrides[k]
                to += rest % box.sizes[k] * box.outputStrides[k]
                rest /= box.sizes[k]
            }
            want[to] = Float(from)
            wantBytes[to] = UInt8(from % 251)
        }
        #expect(floatResult.values == want && floatResult.isIntact)
        #expect(byteResult.values == wantBytes && byteResult.isIntact)
    }

    func run(
        _ box: CopyCase, _ input: UnsafeRawPointer, _ output: UnsafeMutableRawPointer, _ bytes: Int32,
        _ threads: Int
    ) {
        var context = thaw_strided_copy()
        context.input = input
        context.output = output
        context.rank = Int32(box.sizes.count)
        context.element_bytes = bytes
        context.threads = Int32(threads)
        func fill<Tuple>(_ tuple: inout Tuple, _ values: [Int]) {
            withUnsafeMutableBytes(of: &tuple) { raw in
                let numbers = raw.bindMemory(to: Int64.self)
                for (k, value) in values.enumerated() { numbers[k] = Int64(value) }
            }
        }
        fill(&context.sizes, box.sizes)
        fill(&context.input_strides, box.inputStrides)
        fill(&context.output_strides, box.outputStrides)
        thaw_strided_copy_run(&context)
    }
}
