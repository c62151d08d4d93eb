import ThawGraph
import ThawTensor

/// A function whose gradient is checked at given points.
struct GradientCase: Sendable, CustomStringConvertible {
    let description: String
    let inputs: [Tensor]
    let build: @Sendable (Graph, [SymbolicTensor]) throws -> SymbolicTensor

    init(
        _ description: String, _ inputs: [Tensor],
        _ build: @escaping @Sendable (Graph, [SymbolicTensor]) throws -> SymbolicTensor
    ) {
        self.description = description
        self.inputs = inputs
        self.build = build
    }

    /// Float64 points between `low` and `high` that keep a distance of 0.02 from multiples of 0.5 and from
    /// each other, so that no kink and no tie lies within the step of a difference.
    static func points(_ shape: [Int], _ low: Double = -2, _ high: Double = 2, seed: UInt64 = 1) -> Tensor {
        var stream = RandomStream(seed: seed)
        let count = shape.reduce(1, *)
        let order = stream.permutation(count)
        let values = order.map { rank -> Double in
            let value = low + (high - low) * (Double(rank) + 0.5) / Double(count)
            let halves = (value * 2).rounded()
            let distance = value - halves / 2
            return abs(distance) < 0.02
                ? halves / 2 + (distance < 0 ? -0.02 : 0.02) * (1 + Double(rank) / 1000) : value
        }
        return Tensor(shape: shape, scalars: values)
    }

    static func indices(_ shape: [Int], _ values: [Int]) -> Tensor {
        Tensor(shape: shape, scalars: values).cast(to: .int32)
    }
}
