import ThawGraph

extension RandomDistribution {
    /// Uniform numbers between two bounds.
    static func uniform(_ bounds: ClosedRange<Double>) -> RandomDistribution {
        .uniform(minimum: bounds.lowerBound, maximum: bounds.upperBound)
    }
}
