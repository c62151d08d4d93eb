import CKernels
import Foundation
import Testing

@Suite struct SoftmaxTests {
    static let shapes = [
        [1, 1], [32, 10], [3, 16], [5, 17], [7, 100], [2, 1023], [2, 1025], [1, 65537],
    ]

    static func logSumExp(_ row: ArraySlice<Float>) -> Double {
        let m = Double(row.max() ?? 0)
        return m + log(row.reduce(0.0) { $0 + exp(Double($1) - m) })
    }

    @Test(arguments: shapes, [1, 2])
    func softmaxAndLogarithm(_ shape: [Int], _ threads: Int) {
        let (rows, columns) = (shape[0], shape[1])
        var random = TestRandom(29)
        let values = random.floats(rows * columns, -20, 20)
        for isLogarithm in [false, true] {
            let source = Memory(values), result = Memory<Float>(count: values.count)
            var context = thaw_softmax(
                input: source.pointer, output: result.pointer, rows: Int64(rows), columns: Int64(columns),
                logarithm: isLogarithm ? 1 : 0, threads: Int32(threads))
            thaw_softmax_run(&context)
            #expect(result.isIntact)
            let want = (0..<rows).flatMap { r in
                let row = values[r * columns..<(r + 1) * columns]
                let sum = Self.logSumExp(row)
                return row.map { isLogarithm ? Double($0) - sum : exp(Double($0) - sum) }
            }
            #expect(
                firstDifference(result.values, want, relative: 3e-6, absolute: isLogarithm ? 4e-6 : 1e-30)
                    == nil)
            // In place.
            context.output = source.pointer
            thaw_softmax_run(&context)
            #expect(bits(source.values) == bits(result.values))
        }
    }

    @Test(arguments: [3, 40])
    func extremes(_ columns: Int) {
        var values = [Float](repeating: -.infinity, count: columns * 3)
        values[0] = 1000
        values[1] = 1000
        values[columns] = .nan
        let source = Memory(values), result = Memory<Float>(count: values.count)
        var context = thaw_softmax(
            input: source.pointer, output: result.pointer, rows: 3, columns: Int64(columns), logarithm: 0,
            threads: 1)
        thaw_softmax_run(&context)
        #expect(result.values[0..<columns].elementsEqual((0..<columns).map { $0 < 2 ? 0.5 : 0 }))
        #expect(result.values[columns..<3 * columns].allSatisfy { $0.isNaN })
    }

    @Test(arguments: shapes, [1, 2])
    func crossEntropyAndGradient(_ shape: [Int], _ threads: Int) {
        let (rows, columns) = (shape[0], shape[1])
        var random = TestRandom(31)
        let values = random.floats(rows * columns, -10, 10), scales = random.floats(rows)
        let labels = (0..<rows).map { r in r == 2 ? Int32(columns) : r == 4 ? -1 : Int32(r * 7 % columns) }
        let logits = Memory(values), label = Memory(labels), scale = Memory(scales)
        let loss = Memory<Float>(count: rows), gradient = Memory<Float>(count: values.count)
        var lossContext = thaw_sparse_cross_entropy(
            logits: logits.pointer, labels: label.pointer, loss: loss.pointer, rows: Int64(rows),
            columns: Int64(columns), threads: Int32(threads))
        thaw_sparse_cross_entropy_run(&lossContext)
        var gradientContext = thaw_sparse_cross_entropy_gradient(
            logits: logits.pointer, labels: label.pointer, scale: scale.pointer, gradient: gradient.pointer,
            rows: Int64(rows), columns: Int64(columns), threads: Int32(threads))
        thaw_sparse_cross_entropy_gradient_run(&gradientContext)
        #expect(loss.isIntact && gradient.isIntact)
        var losses = [Double](), gradients = [Double]()
        for r in 0..<rows {
            let row = values[r * columns..<(r + 1) * columns], sum = Self.logSumExp(row),
                target = Int(labels[r])
            let isValid = target >= 0 && target < columns
            losses.append(isValid ? sum - Double(row[row.startIndex + target]) : .nan)
            for (c, value) in row.enumerated() {
                let p = exp(Double(value) - sum)
                gradients.append(isValid ? (p - (c == target ? 1 : 0)) * Double(scales[r]) : .nan)
            }
        }
        #expect(firstDifference(loss.values, losses, relative: 2e-6, absolute: 2e-6) == nil)
        #expect(firstDifference(gradient.values, gradients, relative: 3e-6, absolute: 3e-7) == nil)
    }
}
