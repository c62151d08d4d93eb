import Foundation
import Testing

@testable import Thaw

/// Distributions beside Keras's (Fixtures/initializers.json).
@Suite struct InitializerTests {
    struct Case: Decodable, CustomTestStringConvertible {
        struct Arguments: Decodable {
            var scale: Double?
            var mode: String?
            var distribution: String?
            var mean: Double?
            var stddev: Double?
            var minval: Double?
            var maxval: Double?
        }
        let initializer: String
        let arguments: Arguments
        let shape: [Int]
        let fanIn: Double
        let fanOut: Double
        let mean: Double
        let standardDeviation: Double
        let bound: Double?
        let quantiles: [[Double]]

        var testDescription: String { "\(initializer) \(shape) \(arguments)" }

        var ours: Initializer? {
            switch initializer {
            case "GlorotUniform": return .glorotUniform
            case "GlorotNormal": return .glorotNormal
            case "HeUniform": return .heUniform
            case "HeNormal": return .heNormal
            case "LecunUniform": return .lecunUniform
            case "LecunNormal": return .lecunNormal
            case "RandomNormal":
                return .randomNormal(mean: arguments.mean ?? 0, standardDeviation: arguments.stddev ?? 0.05)
            case "TruncatedNormal":
                return .truncatedNormal(
                    mean: arguments.mean ?? 0, standardDeviation: arguments.stddev ?? 0.05)
            case "RandomUniform":
                return .randomUniform(
                    minimum: arguments.minval ?? -0.05, maximum: arguments.maxval ?? 0.05)
            case "VarianceScaling":
                let modes: [String: Initializer.FanMode] = [
                    "fan_in": .fanIn, "fan_out": .fanOut, "fan_avg": .fanAverage,
                ]
                let distributions: [String: Initializer.Distribution] = [
                    "truncated_normal": .truncatedNormal, "untruncated_normal": .untruncatedNormal,
                    "uniform": .uniform,
                ]
                return .varianceScaling(
                    scale: arguments.scale ?? 1, mode: modes[arguments.mode ?? ""] ?? .fanIn,
                    distribution: distributions[arguments.distribution ?? ""] ?? .truncatedNormal)
            default: return nil
            }
        }
    }

    static let cases: [Case] = {
        struct File: Decodable { let cases: [Case] }
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/initializers.json")
        return (try? JSONDecoder().decode(File.self, from: Data(contentsOf: url)).cases) ?? []
    }()

    @Test func thereAreCases() { #expect(Self.cases.count >= 30) }

    @Test(arguments: cases) func distributionIsKeras(_ fixture: Case) throws {
        let initializer = try #require(fixture.ours)
        #expect(initializer.name == fixture.initializer)
        #expect(Fans(shape: fixture.shape).fanIn == fixture.fanIn)
        #expect(Fans(shape: fixture.shape).fanOut == fixture.fanOut)
        let values = try initializer.tensor(shape: fixture.shape, seed: 11, path: "layer/kernel").doubles
        let count = Double(values.count)
        let mean = values.reduce(0, +) / count
        let deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        // Four standard errors.
        #expect(abs(mean - fixture.mean) < 4 * fixture.standardDeviation / count.squareRoot())
        #expect(abs(deviation / fixture.standardDeviation - 1) < 4 / count.squareRoot())
        if let bound = fixture.bound {
            let reach = values.map { abs($0 - fixture.mean) }.max() ?? 0
            #expect(reach <= bound * 1.000001)
            #expect(reach > bound * (count > 1000 ? 0.99 : 0.8))
        }
        for quantile in fixture.quantiles {
            let share = Double(values.filter { $0 < quantile[1] }.count) / count
            let error = (quantile[0] * (1 - quantile[0]) / count).squareRoot()
            #expect(abs(share - quantile[0]) < 4 * error, "below \(quantile[1])")
        }
    }

    @Test func constants() throws {
        #expect(try Initializer.zeros.tensor(shape: [2], seed: 1, path: "").floats == [0, 0])
        #expect(try Initializer.ones.tensor(shape: [2], seed: 1, path: "").floats == [1, 1])
        #expect(try Initializer.constant(0.5).tensor(shape: [], seed: 1, path: "").floats == [0.5])
    }

    @Test func numbersDependOnSeedAndPathOnly() throws {
        let first = try Initializer.heNormal.tensor(shape: [20, 3], seed: 1, path: "a/kernel")
        #expect(
            try Initializer.heNormal.tensor(shape: [20, 3], seed: 1, path: "a/kernel").isBitwiseEqual(
                to: first))
        #expect(try Initializer.heNormal.tensor(shape: [20, 3], seed: 2, path: "a/kernel") != first)
        #expect(try Initializer.heNormal.tensor(shape: [20, 3], seed: 1, path: "b/kernel") != first)
    }

    @Test func fansOfOtherRanks() {
        #expect(Fans(shape: []).fanIn == 1)
        #expect(Fans(shape: [7]).fanOut == 7)
        #expect(Fans(shape: [3, 5, 2, 4]).fanIn == 30)
        #expect(Fans(shape: [3, 5, 2, 4]).fanOut == 60)
    }

    struct Matrix: Decodable, CustomTestStringConvertible {
        let initializer: String
        let gain: Double
        let shape: [Int]
        let normal: TrainingFixtures.Reference?
        let value: TrainingFixtures.Reference

        var testDescription: String { "\(initializer) \(shape) \(gain)" }
    }

    struct MatrixFile: Decodable { let matrices: [Matrix] }

    /// From the numbers that Keras was given, its matrix, in double and to double's digits.
    @Test(arguments: try TrainingFixtures.load("initializers", as: MatrixFile.self).matrices)
    func matrixIsKeras(_ reference: Matrix) throws {
        guard let normal = reference.normal else {
            let value = try Initializer.identity(gain: reference.gain)
                .tensor(shape: reference.shape, seed: 1, path: "kernel")
            #expect(value.doubles == reference.value.values)
            return
        }
        let columns = reference.shape.last ?? 1
        let rows = reference.shape.dropLast().reduce(1, *)
        let (long, short) = (max(rows, columns), min(rows, columns))
        let orthonormal = OrthonormalColumns.of(normal.values, rows: long, columns: short)
        let expected = (0..<long * short).map { place -> Double in
            let (row, column) = (place / short, place % short)
            let there = rows < columns ? column * columns + row : place
            return reference.value.values[there] / reference.gain
        }
        expectAgreement(orthonormal, expected, tolerance: 1e-12, "\(reference.shape)")
    }

    @Test(arguments: [[40, 30], [30, 40], [64, 64], [3, 3, 8, 16], [1, 5], [5, 1], [2, 1, 3, 50]])
    func orthogonalIsOrthogonal(_ shape: [Int]) throws {
        let gain = 1.5
        let value = try Initializer.orthogonal(gain: gain).tensor(shape: shape, seed: 3, path: "a/kernel")
        #expect(value.shape == shape)
        let columns = shape[shape.count - 1]
        let matrix = value.reshaped(to: [value.count / columns, columns]).doubles.map { $0 / gain }
        let rows = matrix.count / columns
        let isWide = rows < columns
        for i in 0..<min(rows, columns) {
            for j in 0...i {
                let product = (0..<max(rows, columns)).reduce(0.0) { sum, k in
                    isWide
                        ? sum + matrix[i * columns + k] * matrix[j * columns + k]
                        : sum + matrix[k * columns + i] * matrix[k * columns + j]
                }
                #expect(abs(product - (i == j ? 1 : 0)) < 1e-6, "\(i), \(j)")
            }
        }
    }

    /// Uniform over orthogonal matrices: every entry has mean 0 and variance 1 / n, on the diagonal too, where an
    /// uncorrected decomposition has one sign.
    @Test func orthogonalIsUniform() throws {
        var sums = [Double](repeating: 0, count: 9)
        var squares = sums
        let count = 3000
        for seed in 0..<count {
            let value = try Initializer.orthogonal.tensor(shape: [3, 3], seed: UInt64(seed), path: "kernel")
                .doubles
            for place in 0..<9 {
                sums[place] += value[place]
                squares[place] += value[place] * value[place]
            }
        }
        for place in 0..<9 {
            #expect(abs(sums[place] / Double(count)) < 4 * (1.0 / 3 / Double(count)).squareRoot())
            #expect(abs(squares[place] / Double(count) - 1.0 / 3) < 0.03)
        }
    }

    @Test func orthogonalOfDependentColumnsIsOrthonormal() {
        // Rank 1: the second column is what the reflections make of the second axis.
        let result = OrthonormalColumns.of([1, 2, 1, 2, 1, 2], rows: 3, columns: 2)
        func product(_ i: Int, _ j: Int) -> Double {
            (0..<3).reduce(0.0) { sum, row in sum + result[row * 2 + i] * result[row * 2 + j] }
        }
        #expect(abs(product(0, 0) - 1) < 1e-12)
        #expect(abs(product(0, 1)) < 1e-12)
        #expect(abs(product(1, 1) - 1) < 1e-12)
    }

    @Test func oneOfYourOwn() throws {
        let ramp = Initializer(name: "ramp") { shape, stream in
            Tensor.arange(shape.reduce(1, *), dtype: .float32).reshaped(to: shape)
                + Tensor(scalar: stream.uniform())
        }
        let first = try ramp.tensor(shape: [2, 3], seed: 1, path: "a")
        #expect((first - Tensor(scalar: first.floats[0])).floats.map { $0.rounded() } == [0, 1, 2, 3, 4, 5])
        #expect(try ramp.tensor(shape: [2, 3], seed: 1, path: "a").isBitwiseEqual(to: first))
        #expect(try ramp.tensor(shape: [2, 3], seed: 2, path: "a") != first)
        #expect(ramp == ramp)
        #expect(ramp != Initializer(name: "ramp") { shape, _ in .zeros(shape) })
    }

    @Test func settingsOutOfRange() {
        for (initializer, words) in [
            (Initializer.orthogonal(gain: .infinity), "gain that is a number"),
            (.identity(gain: .nan), "gain that is a number"), (.varianceScaling(scale: 0), "scale above 0"),
            (.truncatedNormal(standardDeviation: -1), "0 or more, got -1"),
            (.randomUniform(minimum: 1, maximum: 0), "minimum <= maximum"),
        ] {
            let error = #expect(throws: LayerError.self) {
                try initializer.tensor(shape: [2, 2], seed: 1, path: "kernel")
            }
            #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        }
    }
}
