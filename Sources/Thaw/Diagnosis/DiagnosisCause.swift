/// Why a model may do otherwise in inference than in training.
public enum DiagnosisCause: String, Sendable, Hashable, Codable, CaseIterable {
    /// Batch Normalization that is frozen normalises with the batch in training, and with moving statistics in inference.
    case frozenOnBatchStatistics
    /// The moving statistics are those of other data than this.
    case otherDomain
    /// The moving statistics have not come far from their first values, or lag behind the weights.
    case notConverged
    /// The moving statistics were gathered on batches too small to have a variance of their own.
    case batchTooSmall
    /// The inputs were scaled or shifted otherwise than those that the model was trained on.
    case preprocessing
    /// Random layers make the difference, and Batch Normalization does not.
    case dropout
    /// Nothing was found.
    case nothingWrong
}
