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
    /// - Parameters:
    ///   - distribution: what the numbers are drawn from.
    ///   - shape: the shape of the result.
    ///   - seed: numbers of another stream, for a layer that was given a seed of its own.
    public func random(
        _ distribution: RandomDistribution, shape: [Int], seed: UInt64? = nil
    ) throws -> SymbolicTensor {
        let stream = tracer.nextStream(seed: seed)
        let key = tracer.requireRandomKey()
        guard let repetition = tracer.repetition, shape.first == repetition.batchSize * repetition.count
        else {
            return try graph.random(distribution, shape: shape, key: key, stream: stream)
        }
        // The repetitions of a sample lie within its row of the stream, so that its numbers do not depend on the batch.
        let rows = [repetition.batchSize, repetition.count] + shape.dropFirst()
        return try graph.random(distribution, shape: rows, key: key, stream: stream).reshape(to: shape)
    }
}
