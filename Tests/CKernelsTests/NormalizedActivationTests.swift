import CKernels
import Testing

@Suite struct NormalizedActivationTests {
    /// Rows and columns: whole vectors and rests, more rows than are summed in float32.
    static let shapes = [[1, 1], [3, 16], [40, 5], [37, 33], [100, 17], [70, 64], [200, 3]]
    static let activations = [THAW_ACTIVATION_NONE, THAW_ACTIVATION_RELU, THAW_ACTIVATION_CLIPPED_RELU]
    private static let maximum: Float = 1.5

    /// Numbers of few bits, so that every computation is exact and many values lie on the activation's edges.
    private struct Example {
        let rows, columns: Int
        let x, residual, gradient: [Float]
        let mean, scale, shift, slope, offset: [Float]

        init(_ shape: [Int]) {
            (rows, columns) = (shape[0], shape[1])
            var random = TestRandom(UInt64(rows * 1000 + columns))
            func quarters(_ count: Int) -> [Float] {
                (0..<count).map { _ in Float(Int(random.next() % 17) - 8) / 4 }
            }
            (x, residual, gradient) = (
                quarters(rows * columns), quarters(rows * columns), quarters(rows * columns)
            )
            (mean, scale, shift) = (quarters(columns), quarters(columns), quarters(columns))
            (slope, offset) = (quarters(columns), quarters(columns))
        }

        func centred(_ index: Int) -> Float { x[index] - mean[index % columns] }

        func value(_ index: Int) -> Float {
            centred(index) * scale[index % columns] + shift[index % columns]
        }

        func arriving(_ index: Int, _ activation: Int) -> Float {
            switch activation {
            case THAW_ACTIVATION_RELU: value(index) > 0 ? gradient[index] : 0
            case THAW_ACTIVATION_CLIPPED_RELU:
                value(index) > 0 && value(index) < maximum ? gradient[index] : 0
            default: gradient[index]
            }
        }
    }

    private static func activated(_ value: Float, _ activation: Int) -> Float {
        switch activation {
        case THAW_ACTIVATION_RELU: max(value, 0)
        case THAW_ACTIVATION_CLIPPED_RELU: min(max(value, 0), maximum)
        default: value
        }
    }

    @Test(arguments: shapes, activations) func thereWithAndWithoutResidual(
        _ shape: [Int], _ activation: Int
    ) {
        let example = Example(shape)
        for (threads, adds) in [(1, false), (2, true), (3, false), (3, true)] {
            let output = Memory<Float>(count: example.x.count)
            let residual = Memory(example.residual)
            var context = thaw_normalized_activation(
                input: Memory(example.x).pointer, residual: adds ? residual.pointer : nil,
                mean: Memory(example.mean).pointer, scale: Memory(example.scale).pointer,
                shift: Memory(example.shift).pointer, output: output.pointer, rows: Int64(example.rows),
                columns: Int64(example.columns), maximum: Self.maximum, activation: Int32(activation),
                threads: Int32(threads))
            thaw_normalized_activation_run(&context)
            #expect(output.isIntact)
            let expected = example.x.indices.map {
                Self.activated(example.value($0) + (adds ? example.residual[$0] : 0), activation)
            }
            #expect(output.values == expected)
            guard adds else { continue }
            context.output = residual.pointer
            thaw_normalized_activation_run(&context)
            #expect(residual.values == expected && residual.isIntact)
        }
    }

    @Test(arguments: shapes, activations) func sums(_ shape: [Int], _ activation: Int) {
        let example = Example(shape)
        for threads in 1...3 {
            let (sums, products) = (
                Memory<Float>(count: example.columns), Memory<Float>(count: example.columns)
            )
            var context = thaw_normalized_activation_sums()
            (context.input, context.gradient) = (
                UnsafePointer(Memory(example.x).pointer), UnsafePointer(Memory(example.gradient).pointer)
            )
            context.mean = UnsafePointer(Memory(example.mean).pointer)
            context.scale = UnsafePointer(Memory(example.scale).pointer)
            context.shift = UnsafePointer(Memory(example.shift).pointer)
            (context.sums, context.products) = (sums.pointer, products.pointer)
            (context.rows, context.columns) = (Int64(example.rows), Int64(example.columns))
            (context.maximum, context.activation) = (Self.maximum, Int32(activation))
            context.threads = Int32(threads)
            let scratch = Memory<UInt8>(count: thaw_normalized_activation_sums_scratch_bytes(&context))
            context.scratch = UnsafeMutableRawPointer(scratch.pointer)
            thaw_normalized_activation_sums_run(&context)
            #expect(sums.isIntact && products.isIntact && scratch.isIntact)
            var expected = [[Double]](repeating: [0, 0], count: example.columns)
            for index in example.x.indices {
                let arriving = example.arriving(index, activation)
                expected[index % example.columns][0] += Double(arriving)
                expected[index % example.columns][1] += Double(arriving * example.centred(index))
            }
            #expect(sums.values == expected.map { Float($0[0]) })
            #expect(products.values == expected.map { Float($0[1]) })
        }
    }

    @Test(arguments: shapes, activations) func gradient(_ shape: [Int], _ activation: Int) {
        let example = Example(shape)
        let expected = example.x.indices.map { index in
            let c = index % example.columns
            return example.arriving(index, activation) * example.scale[c]
                + (example.centred(index) * example.slope[c] + example.offset[c])
        }
        for (threads, isInPlace) in [(1, false), (2, true), (3, false)] {
            let gradient = Memory(example.gradient)
            let output = isInPlace ? gradient : Memory<Float>(count: example.x.count)
            let sums = Memory<Float>(count: example.columns)
            var context = thaw_normalized_activation_gradient()
            (context.input, context.gradient) = (
                UnsafePointer(Memory(example.x).pointer), UnsafePointer(gradient.pointer)
            )
            context.mean = UnsafePointer(Memory(example.mean).pointer)
            context.scale = UnsafePointer(Memory(example.scale).pointer)
            context.shift = UnsafePointer(Memory(example.shift).pointer)
            context.slope = UnsafePointer(Memory(example.slope).pointer)
            context.offset = UnsafePointer(Memory(example.offset).pointer)
            context.output = output.pointer
            (context.rows, context.columns) = (Int64(example.rows), Int64(example.columns))
            (context.maximum, context.activation) = (Self.maximum, Int32(activation))
            context.threads = Int32(threads)
            let scratch = Memory<UInt8>(count: thaw_normalized_activation_gradient_scratch_bytes(&context))
            context.scratch = UnsafeMutableRawPointer(scratch.pointer)
            context.sums = threads == 1 ? nil : sums.pointer
            thaw_normalized_activation_gradient_run(&context)
            #expect(output.isIntact && output.values == expected)
            guard threads > 1 else { continue }
            var expectedSums = [Double](repeating: 0, count: example.columns)
            for (index, value) in expected.enumerated() {
                expectedSums[index % example.columns] += Double(value)
            }
            #expect(sums.values == expectedSums.map { Float($0) } && sums.isIntact && scratch.isIntact)
        }
    }

    /// What is larger than the cache is written past it, in vectors, to the same numbers.
    @Test func larger() {
        let (rows, columns) = (6 * 1024 + 3, 1024)
        let x = Memory<Float>((0..<(rows * columns)).map { Float($0 % 1021) })
        let vector = Memory([Float](repeating: 2, count: columns))
        let output = Memory<Float>(count: rows * columns)
        var context = thaw_normalized_activation(
            input: x.pointer, residual: nil, mean: vector.pointer, scale: vector.pointer,
            shift: vector.pointer, output: output.pointer, rows: Int64(rows), columns: Int64(columns),
            maximum: 900, activation: Int32(THAW_ACTIVATION_CLIPPED_RELU), threads: 2)
        thaw_normalized_activation_run(&context)
        let isRight = output.values.enumerated().allSatisfy { index, value in
            value == min(max((Float(index % 1021) - 2) * 2 + 2, 0), 900)
        }
        #expect(isRight && output.isIntact)

        let result = Memory<Float>(count: rows * columns)
        let sums = Memory<Float>(count: columns)
        var gradient = thaw_normalized_activation_gradient()
        (gradient.input, gradient.gradient) = (UnsafePointer(x.pointer), UnsafePointer(output.pointer))
        (gradient.mean, gradient.scale) = (UnsafePointer(vector.pointer), UnsafePointer(vector.pointer))
        (gradient.slope, gradient.offset) = (UnsafePointer(vector.pointer), UnsafePointer(vector.pointer))
        (gradient.shift, gradient.output) = (UnsafePointer(vector.pointer), result.pointer)
        (gradient.rows, gradient.columns, gradient.threads) = (Int64(rows), Int64(columns), 2)
        gradient.activation = Int32(THAW_ACTIVATION_NONE)
        let scratch = Memory<UInt8>(count: thaw_normalized_activation_gradient_scratch_bytes(&gradient))
        gradient.scratch = UnsafeMutableRawPointer(scratch.pointer)
        for keepsSums in [false, true] {
            gradient.sums = keepsSums ? sums.pointer : nil
            thaw_normalized_activation_gradient_run(&gradient)
            let (values, arriving) = (result.values, output.values)
            let isGradientRight = values.enumerated().allSatisfy { index, value in
                value == arriving[index] * 2 + ((Float(index % 1021) - 2) * 2 + 2)
            }
            #expect(isGradientRight && result.isIntact && scratch.isIntact)
            guard keepsSums else { continue }
            let first = stride(from: 0, to: values.count, by: columns).reduce(0.0) { $0 + Double(values[$1]) }
            #expect(sums.values[0] == Float(first))
        }
    }

    @Test func notANumberPasses() {
        for activation in Self.activations {
            let output = Memory<Float>(count: 1)
            let one = Memory<Float>([1])
            var context = thaw_normalized_activation(
                input: Memory<Float>([.nan]).pointer, residual: nil, mean: one.pointer, scale: one.pointer,
                shift: one.pointer, output: output.pointer, rows: 1, columns: 1, maximum: 1,
                activation: Int32(activation), threads: 1)
            thaw_normalized_activation_run(&context)
            #expect(output.values[0].isNaN)
        }
    }
}
