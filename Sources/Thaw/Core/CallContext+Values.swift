public import ThawGraph
import ThawTensor

extension CallContext {
    /// A float32 constant vector.
    public func constant(_ value: Double, count: Int) throws -> SymbolicTensor {
        graph.constant(Tensor.full([count], value))
    }

    /// Random numbers (float32) of a stream of the layer that is being called; other numbers in each
    /// step.
    ///
    /// - Parameter seed: numbers of another stream, for a layer that was given a seed of its own.
    public func random(
        _ distribution: RandomDistribution, shape: [Int], seed: UInt64? = nil
    ) throws -> SymbolicTensor {
        let stream = tracer.nextStream(seed: seed)
        return try graph.random(distribution, shape: shape, key: tracer.requireRandomKey(), stream: stream)
    }
}
