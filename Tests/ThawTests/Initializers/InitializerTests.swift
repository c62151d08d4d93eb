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
}
