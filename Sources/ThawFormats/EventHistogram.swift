/// Numbers counted in buckets of equal width, as TensorBoard draws them.
public struct EventHistogram: Sendable, Equatable {
    /// The smallest number.
    public let minimum: Double
    /// The largest number.
    public let maximum: Double
    /// The sum of the numbers.
    public let sum: Double
    /// The sum of their squares.
    public let sumOfSquares: Double
    /// The right edge of each bucket; the first begins at the minimum.
    public let limits: [Double]
    /// How many numbers each bucket holds.
    public let counts: [Double]

    /// How many numbers there are.
    public var count: Double { counts.reduce(0, +) }

    /// Counts the numbers that are finite; nil if there are none.
    ///
    /// - Parameters:
    ///   - values: the numbers.
    ///   - buckets: into how many buckets, at least 1; numbers that are all equal take one.
    public init?(of values: [Float], buckets: Int = 30) {
        let finite = values.lazy.filter(\.isFinite)
        guard let low = finite.min(), let high = finite.max() else { return nil }
        (minimum, maximum) = (Double(low), Double(high))
        let number = low < high ? max(1, buckets) : 1
        let width = (maximum - minimum) / Double(number)
        var counts = [Double](repeating: 0, count: number)
        var (sum, squares) = (0.0, 0.0)
        for value in finite {
            let place = width > 0 ? Int((Double(value) - minimum) / width) : 0
            counts[min(place, number - 1)] += 1
            sum += Double(value)
            squares += Double(value) * Double(value)
        }
        self.counts = counts
        (self.sum, sumOfSquares) = (sum, squares)
        let inner = (1..<number).map { [minimum] in minimum + Double($0) * width }
        limits = inner + [maximum]
    }
}
