import Foundation
import ThawTensor

extension RandomStream {
    /// A number from 0 to 1 from the Beta distribution of two equal parameters.
    ///
    /// By Jöhnk's method (1964) for `alpha` up to 1, above as a quotient of Gamma numbers (Marsaglia and Tsang, 2000).
    mutating func beta(_ alpha: Double) -> Double {
        guard alpha <= 1 else {
            let (first, second) = (gamma(alpha), gamma(alpha))
            return first / (first + second)
        }
        while true {
            // Logarithms, since powers of small numbers to 1 / alpha would be 0.
            let (first, second) = (log(openUniform()) / alpha, log(openUniform()) / alpha)
            let largest = max(first, second)
            let sum = largest + log(exp(first - largest) + exp(second - largest))
            if sum <= 0 { return exp(first - sum) }
        }
    }

    /// A number from the Gamma distribution of a shape of 1 or more.
    private mutating func gamma(_ shape: Double) -> Double {
        let d = shape - 1.0 / 3
        while true {
            let x = Double(normal())
            let v = 1 + x / (9 * d).squareRoot()
            guard v > 0 else { continue }
            let cube = v * v * v
            if log(openUniform()) < x * x / 2 + d - d * cube + d * log(cube) { return d * cube }
        }
    }

    private mutating func openUniform() -> Double { (Double(nextUInt32()) + 0.5) / 4_294_967_296 }
}
