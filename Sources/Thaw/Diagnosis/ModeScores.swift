/// How a model does on data when it is called in one way.
public struct ModeScores: Sendable, Hashable, Codable {
    /// A way of calling a model.
    public enum Condition: String, Sendable, Hashable, Codable, CaseIterable {
        /// As it predicts: moving statistics, no random layer.
        case inference
        /// As `fit` sees it: what its layers say for training, random layers live.
        case training
        /// Every Batch Normalization by the batch's statistics, frozen or not; random layers live.
        case batchStatistics
        /// Every Batch Normalization by the batch's statistics, and no random layer.
        case batchStatisticsWithoutRandomness
    }

    /// How the model was called.
    public let condition: Condition
    /// On how many samples: fewer than the data has where it is much, or a call in this way would have cost too much.
    public let samples: Int
    /// The loss; nil for a model that is not compiled, or data without targets.
    public let loss: Double?
    /// The share of right classes; nil where the loss does not classify.
    public let accuracy: Double?
    /// The share that always saying the most frequent class would get right.
    public let chance: Double?
    /// The area under the ROC curve, for several classes the mean of each against the others.
    public let areaUnderCurve: Double?
    /// The mean squared error; nil where the loss classifies.
    public let meanSquaredError: Double?
    /// The variance of the targets: the error of always saying their mean.
    public let targetVariance: Double?
    /// Spearman's rank correlation of predictions and targets.
    public let spearmanCorrelation: Double?
    /// How far the predictions are from those in inference, as a share of their deviation.
    public let difference: Double

    /// Whether the order of the scores is much better than the decisions: accuracy near chance where the area under the curve is
    /// near 1, or an error no better than the mean's where Spearman's correlation is near 1.
    public var isShifted: Bool {
        if let accuracy, let chance, let areaUnderCurve {
            return accuracy < chance + 0.35 * (1 - chance) && areaUnderCurve > 0.9
        }
        if let meanSquaredError, let targetVariance, let spearmanCorrelation {
            return meanSquaredError > 0.6 * targetVariance && spearmanCorrelation > 0.9
        }
        return false
    }
}
