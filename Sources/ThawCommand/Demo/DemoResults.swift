import Thaw

/// A loss and an accuracy.
struct Score: Codable, Sendable, Equatable {
    /// The mean loss over the samples.
    let loss: Double
    /// The share of samples that were told right, from 0 to 1.
    let accuracy: Double

    init(loss: Double, accuracy: Double) {
        self.loss = loss
        self.accuracy = accuracy
    }

    init(_ result: EvaluationResult) {
        self.init(loss: result.loss, accuracy: result["accuracy"] ?? .nan)
    }
}

/// How model A did on its own eight classes.
struct SourceResult: Codable, Sendable, Equatable {
    /// How many images it was trained on.
    let images: Int
    /// How often it saw them.
    let epochs: Int
    /// How many numbers it has.
    let parameters: Int
    /// How many Batch Normalization layers it has.
    let batchNormalizationLayers: Int
    /// In inference mode, on the images it was trained on.
    let training: Score
    /// In inference mode, on validation images.
    let validation: Score
}

/// One transfer.
struct TransferRun: Codable, Sendable, Equatable {
    /// What frozen Batch Normalization did in `fit`.
    let behaviour: FrozenBehaviour
    /// The training images in inference mode, after `fit`.
    let inference: Score
    /// The training images in training mode, after `fit`.
    let training: Score
    /// The validation images in inference mode, after `fit`.
    let validation: Score
    /// The validation images in training mode, after `fit`.
    let validationTrainingMode: Score
    /// SHA-256 of all frozen parameters and statistics, frozen and before `fit`.
    let frozenDigestBefore: String
    /// The same after `fit`.
    let frozenDigestAfter: String
    /// SHA-256 of all parameters and statistics before `fit`, the head's too.
    let startDigest: String
    /// What `fit` recorded.
    let curves: LearningCurves

    /// Whether everything frozen is the same after `fit`, to the bit.
    var isFrozenUnchanged: Bool { frozenDigestBefore == frozenDigestAfter }
}

/// Loss and accuracy after each epoch.
struct LearningCurves: Codable, Sendable, Equatable {
    /// What `fit` reports: the mean over the epoch's steps, in training mode.
    let fitLoss: [Double]
    /// The accuracy that `fit` reports.
    let fitAccuracy: [Double]
    /// The same images in inference mode.
    let inferenceLoss: [Double]
    /// The accuracy on the same images in inference mode.
    let inferenceAccuracy: [Double]
    /// The validation images in inference mode.
    let validationLoss: [Double]
    /// The accuracy on the validation images in inference mode.
    let validationAccuracy: [Double]
}

extension LearningCurves {
    init(_ history: History, unseen: [Score]) {
        self.init(
            fitLoss: history.loss, fitAccuracy: history["accuracy"], inferenceLoss: history.validationLoss,
            inferenceAccuracy: history["val_accuracy"], validationLoss: unseen.map(\.loss),
            validationAccuracy: unseen.map(\.accuracy))
    }
}

/// The three transfers to one setting of the target.
struct SettingResult: Codable, Sendable, Equatable {
    /// What the target's images were like.
    let setting: TargetSetting
    /// One run for each behaviour.
    let runs: [TransferRun]
}
