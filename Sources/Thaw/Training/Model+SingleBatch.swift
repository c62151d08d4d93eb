import ThawEngine
public import ThawTensor

extension Model {
    /// Takes one training step on one batch.
    ///
    /// - Parameters:
    ///   - x: the batch's inputs, samples on axis 0.
    ///   - y: the batch's targets.
    ///   - sampleWeights: shape `[n]`, how much each sample counts in the loss.
    ///   - classWeights: how much samples of a class count; 1 for those not named. Classes that the model does
    ///     not know are refused.
    /// - Returns: loss and metrics of this batch alone, before the step, by name.
    /// - Throws: as `fit`; `TrainingError.nonFinite` if loss or gradients are not finite, the weights
    ///   being as before.
    @discardableResult
    public func trainOnBatch(
        _ x: Tensor, _ y: Tensor, sampleWeights: Tensor? = nil, classWeights: [Int: Double]? = nil
    ) throws -> [String: Double] {
        let data = try Dataset(x, y, sampleWeights: sampleWeights)
        training.isOneBatch = true
        defer { training.isOneBatch = false }
        let history = try fit(
            data, batchSize: data.count, shuffle: false, classWeights: classWeights, verbosity: .silent)
        return history.values.compactMapValues(\.last)
    }

    /// Measures loss and metrics of one batch.
    ///
    /// - Parameters:
    ///   - x: the batch's inputs, samples on axis 0.
    ///   - y: the batch's targets.
    ///   - sampleWeights: shape `[n]`, how much each sample counts in the loss.
    ///   - mode: as in `evaluate`.
    /// - Returns: loss and metrics by name.
    public func testOnBatch(
        _ x: Tensor, _ y: Tensor, sampleWeights: Tensor? = nil, mode: Mode = .inference
    ) throws -> [String: Double] {
        let data = try Dataset(x, y, sampleWeights: sampleWeights)
        return try evaluate(data, batchSize: data.count, mode: mode, verbosity: .silent).values
    }
}
