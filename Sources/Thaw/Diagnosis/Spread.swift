import Foundation

/// How numbers are spread: their median and their 95th percentile.
public struct Spread: Sendable, Hashable, Codable {
    /// The median; 0 for no numbers.
    public let median: Double
    /// What 95 of a hundred do not exceed; 0 for no numbers.
    public let percentile95: Double

    /// Of some numbers.
    init(of values: [Double]) {
        let sorted = values.sorted()
        func at(_ share: Double) -> Double {
            guard let last = sorted.indices.last else { return 0 }
            let place = share * Double(last)
            let low = Int(place)
            let high = min(low + 1, last)
            return sorted[low] + (sorted[high] - sorted[low]) * (place - Double(low))
        }
        median = at(0.5)
        percentile95 = at(0.95)
    }
}

extension Double {
    /// The natural logarithm.
    var logarithm: Double { Foundation.log(self) }
}

extension Double {
    /// The exponential function.
    var exponential: Double { Foundation.exp(self) }
}
