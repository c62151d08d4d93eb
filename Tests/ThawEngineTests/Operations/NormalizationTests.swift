import Testing
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Batch normalization in both forms.
    @Suite struct NormalizationTests {
        @Test(arguments: [[2, 1], [5, 3], [1, 3, 3, 2], [4, 2, 3, 5], [2, 3, 4], [200, 100]])
        func training(_ shape: [Int]) throws {
            let channels = [shape[shape.count - 1]]
            let inputs = [
                "x": uniform(shape), "g": uniform(channels, 0.5..<2), "b": uniform(channels, seed: 3),
            ]
            // Gradients through a batch's own moments cancel: what is left is small beside what was added.
            try expectAgreement(inputs, tolerance: 5e-5, "\(shape)") { fixture in
                let (x, gamma, beta) = (
                    try fixture.input("x"), try fixture.input("g"), try fixture.input("b")
                )
                let (y, mean, variance) = try x.batchNormalization(gamma: gamma, beta: beta, epsilon: 1e-3)
                fixture.output(y, mean, variance)
                fixture.output(try fixture.gradients(of: y.tanh(), [x, gamma, beta]))
            }
        }

        @Test(arguments: [[5], [1, 1], [5, 3], [4, 2, 3, 5], [200, 100], [3, 1000]])
        func rows(_ shape: [Int]) throws {
            let inputs = [
                "x": uniform(shape), "g": uniform([shape[shape.count - 1]], 0.5..<2),
                "u": uniform(shape, seed: 9),
            ]
            // What is left of gradients after the parts along 1 and y are taken away is small beside them.
            try expectAgreement(inputs, tolerance: 5e-5, "\(shape)") { fixture in
                let (x, gamma) = (try fixture.input("x"), try fixture.input("g"))
                let y = try x.rowNormalization(epsilon: 1e-3) * gamma
                fixture.output(y)
                fixture.output(try fixture.gradients(of: y * fixture.input("u"), [x, gamma]))
            }
        }

        @Test(arguments: [[1, 1], [1, 5], [4, 3], [2, 3, 3, 2]]) func inference(_ shape: [Int]) throws {
            let channels = [shape[shape.count - 1]]
            let inputs = [
                "x": uniform(shape), "g": uniform(channels), "b": uniform(channels, seed: 3),
                "m": uniform(channels, seed: 4),
                "v": uniform(channels, 0.1..<2, seed: 5),
            ]
            try expectAgreement(inputs, "\(shape)") { fixture in
                let (x, gamma, beta) = (
                    try fixture.input("x"), try fixture.input("g"), try fixture.input("b")
                )
                let y = try x.batchNormalization(
                    gamma: gamma, beta: beta, mean: fixture.input("m"), variance: fixture.input("v"),
                    epsilon: 1e-3)
                fixture.output(y)
                fixture.output(try fixture.gradients(of: y, [x, gamma, beta]))
            }
        }
    }
}
