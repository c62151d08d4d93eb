import Foundation
import Thaw

/// All that a fine-tuning found out: what `results.json` and the page are made from.
struct FinetuneReport: Codable, Sendable, Equatable {
    /// A class in the validation pictures.
    struct ClassResult: Codable, Sendable, Equatable {
        let name: String
        /// How many pictures of it were trained on.
        let trainingPictures: Int
        /// How many pictures of it were validated on.
        let pictures: Int
        /// The share of right ones among the pictures taken for it.
        let precision: Double
        /// The share of its pictures that were found.
        let recall: Double
        let f1Score: Double
    }

    /// A validation picture that was taken for another class.
    struct Mistake: Codable, Sendable, Equatable {
        let file: String
        let truth: String
        let prediction: String
        /// What the model gave the class that it took.
        let probability: Double
        /// What it gave the right one.
        let truthProbability: Double
    }

    /// A picture that was left out.
    struct BrokenPicture: Codable, Sendable, Equatable {
        let file: String
        let reason: String
    }

    /// The network that was fine-tuned.
    struct Network: Codable, Sendable, Equatable {
        /// For example `MobileNet(alpha: 0.25)`.
        let name: String
        /// Height and width of pictures.
        let size: Int
        /// The file of weights; nil for those that are published.
        let weights: String?
        /// What is done to pixels, as a formula.
        let preprocessing: String
        let layers: Int
        let parameters: Int
    }

    let plan: FinetunePlan
    let network: Network
    let classNames: [String]
    let trainingPictures: Int
    let validationPictures: Int
    /// The parts of the training, in order.
    let phases: [FinetunePhase]
    /// The name of the phase whose weights were kept.
    let kept: String
    /// Of the model that was kept, on the validation pictures as it predicts them.
    let validation: Score
    /// The same pictures in training mode; only where frozen Batch Normalizations use batch statistics.
    let validationTrainingMode: Score?
    let classes: [ClassResult]
    /// `confusion[truth][prediction]`: the number of pictures.
    let confusion: [[Int]]
    /// The surest mistakes first.
    let mistakes: [Mistake]
    let broken: [BrokenPicture]
    let versions: [String: String]
    let seconds: Double

    /// How many mistakes are shown with their pictures.
    static let shownMistakes = 12
}

/// A part of the training: the head alone, or with the last blocks.
struct FinetunePhase: Codable, Sendable, Equatable {
    /// `head` or `fine-tuning`.
    let name: String
    let learningRate: Double
    /// How many parameters were trained.
    let trainableParameters: Int
    /// How many epochs were run.
    let epochs: Int
    /// The epoch with the least validation loss, from 1, whose weights were taken.
    let bestEpoch: Int
    /// Of that epoch, on the validation pictures.
    let validation: Score
    /// Loss and metrics of each epoch.
    let curves: [String: [Double]]
    /// What was kept of the frozen layers; nil if nothing was.
    let frozenPrefix: String?
    /// Whether everything frozen had the same bits afterwards.
    let isFrozenUnchanged: Bool
    let seconds: Double
}
