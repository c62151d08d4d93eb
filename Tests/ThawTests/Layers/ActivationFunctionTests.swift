import Foundation
import Testing
import ThawTestSupport

@testable import Thaw

/// Every activation, beside differences here and beside Keras in `LayerFixtureTests`.
@Suite struct ActivationFunctionTests {
    static let all: [ActivationFunction] = [
        .linear, .relu, .relu6, .leakyRelu, .elu, .selu, .gelu, .sigmoid, .hardSigmoid, .softmax,
        .logSoftmax, .softplus, .softsign, .swish, .silu, .mish, .tanh, .exponential,
        .celu, .hardSilu, .hardSwish, .squareplus, .hardTanh, .tanhShrink, .hardShrink, .softShrink,
        .logSigmoid, .sparsePlus, .sparseSigmoid,
    ]

    /// By the names of the fixtures.
    static let byKerasName: [String: ActivationFunction] = {
        let named = all.map { ($0.name, $0) } + [("gelu_tanh", .gelu(approximate: true)), ("silu", .silu)]
        return Dictionary(named) { first, _ in first }
    }()

    /// A new activation must be listed above, and have a fixture.
    @Test func listIsComplete() throws {
        let source = URL(filePath: #filePath).appending(
            path: "../../../../Sources/Thaw/Layers/ActivationFunction.swift"
        ).standardizedFileURL
        let text = try String(contentsOf: source, encoding: .utf8)
        #expect(text.matches(of: /public static let \w+ ?=/).count == Self.all.count)
        let inFixtures = Set(
            LayerCase.all.filter { $0.layer == "Activation" }.compactMap(\.arguments.activation))
        #expect(inFixtures == Set(Self.byKerasName.keys))
    }

    @Test(arguments: byKerasName.keys.sorted()) func gradientAgreesWithDifferences(_ name: String) throws {
        let activation = try #require(Self.byKerasName[name])
        // Distinct numbers from -7 to 7, away from the kinks at 0, 0.5, 1, 3 and 6.
        var stream = RandomStream(seed: 5)
        let numbers = stream.permutation(28).map { (Double($0) - 13.5) * 0.52 }
        let check = try checkGradients(inputs: [Tensor(shape: [4, 7], scalars: numbers)], step: 1e-4) {
            try activation($1[0])
        }
        #expect(check.largestError < 1e-6, "\(name): \(check.worst)")
    }

    @Test func variants() throws {
        let x = Tensor([Float(-2), 3])
        func values(_ activation: ActivationFunction) throws -> [Float] {
            try Sequential([Activation(activation)])(x.reshaped(to: [1, 2])).floats
        }
        #expect(try values(.leakyRelu(slope: 0.5)) == [-1, 3])
        #expect(try abs(values(.elu(alpha: 2))[0] - 2 * (exp(-2) - 1)) < 1e-6)
        #expect(try values(.gelu) != values(.gelu(approximate: true)))
        #expect(try abs(values(.celu(alpha: 2))[0] - 2 * (exp(-1) - 1)) < 1e-6)
        #expect(try values(.squareplus(b: 0)) == [0, 3])
        #expect(try values(.hardShrink(threshold: 2.5)) == [0, 3])
        #expect(try values(.softShrink(threshold: 2.5)) == [0, 0.5])
        #expect(try values(ActivationFunction(name: "cube") { try $0 * $0 * $0 }) == [-8, 27])
    }

    @Test func settingsOutOfRangeAreRefused() throws {
        let x = Tensor([Float(-2), 3]).reshaped(to: [1, 2])
        for (activation, word) in [
            (ActivationFunction.celu(alpha: 0), "alpha"), (.squareplus(b: -1), "b"),
            (.hardShrink(threshold: -1), "threshold"), (.softShrink(threshold: .nan), "threshold"),
        ] {
            let error = #expect(throws: LayerError.self) { try Sequential([Activation(activation)])(x) }
            #expect(error?.description.contains(word) == true, "\(activation.name)")
        }
    }
}
