import ThawTensor

/// What `Random` draws.
public enum RandomDistribution: Hashable, Sendable {
    /// From the minimum up to, but not including, the maximum.
    case uniform(minimum: Double, maximum: Double)
    /// The normal distribution.
    case normal(mean: Double, standardDeviation: Double)
    /// 1 with the given probability, else 0.
    case bernoulli(probability: Double)
}

/// Random numbers (float32) from a counter-based generator, Philox 4x32-10 (Salmon et al., 2011).
///
/// The input is a key, int32 `[5]`: low and high half of the seed, the step, the position of the batch's
/// first sample and the Monte-Carlo index. Axis 0 counts samples: a sample's numbers depend on its
/// position, never on the batch it is in.
///
/// ## Definition
/// With rows = the size of axis 0 (1 for a scalar) and columns = elements of one row, element e of row r is
/// lane `e % 4` of the block of counter `(e / 4, position + r, step, index)` under the key `seed ^ stream`.
/// A uniform number is `(lane >> 8) * 2 ** -24`; a normal number comes from pairs of lanes by Box and
/// Muller's method; Bernoulli is 1 where the uniform number is below the probability.
public struct Random: GraphOperation, Hashable {
    /// What is drawn.
    public let distribution: RandomDistribution
    /// The shape of the output.
    public let shape: [Int]
    /// Tells the streams of one model apart: a stable hash of the layer's path.
    public let stream: UInt64

    /// Creates the operation.
    public init(distribution: RandomDistribution, shape: [Int], stream: UInt64) {
        self.distribution = distribution
        self.shape = shape
        self.stream = stream
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try ShapeRules.expectIndices(inputs[0], "the key")
        try ShapeRules.expectShape(inputs[0], [5], "the key (seed low, seed high, step, position, sample)")
        guard !shape.contains(where: { $0 < 0 }) else {
            throw GraphError("sizes must not be negative, got \(shape).")
        }
        if case .bernoulli(let probability) = distribution, !(0...1).contains(probability) {
            throw GraphError("a probability lies between 0 and 1, got \(probability).")
        }
        return [TensorType(shape, .float32)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [nil] }
}
