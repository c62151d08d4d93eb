import ThawEngine
import ThawGraph

/// What a compiled step depends on.
struct StepKey: Hashable {
    /// What a step does.
    enum Kind: Hashable {
        case train, evaluate, predict
        /// Monte-Carlo prediction with a number of samples.
        case sample(Int)
    }

    var kind: Kind
    var batchSize: Int
    var inputShapes: [[Int]]
    /// The shapes of one sample's targets; none where steps need none.
    var targetShapes: [[Int]] = []
    var isWeighted = false
    /// What is done with the gradients of the batch.
    var gathering = GatheringPhase.none
    var mode: Mode
    var liveRandomness: LiveRandomness = .automatic
    var statistics: BatchNormalization.Statistics?
    /// What of the step is compiled.
    var part = StepPart.whole
    /// The settings of the model's layers, which of them are trainable among these.
    var model: ModelSignature
}

/// Which part of a step is compiled: all of it, or one side of the border of its frozen prefix, the features at which have these
/// shapes for one sample.
enum StepPart: Hashable {
    case whole
    case prefix([[Int]])
    case rest([[Int]])
}

/// Everything about a model's layers that a trace depends on: which layers there are and where, their
/// settings, their parameters, and which are trainable. Equal signatures give equal graphs.
struct ModelSignature: Hashable {
    private struct Entry: Hashable {
        let path: String
        let layer: ObjectIdentifier
        let version: Int
        let isTrainable: Bool
        let learningRateMultiplier: Double
        let parameters: [ObjectIdentifier]

        init(_ path: String, _ layer: Layer) {
            self.path = path
            self.layer = ObjectIdentifier(layer)
            version = layer.configurationVersion
            isTrainable = layer.ownsTrainableFlag
            learningRateMultiplier = layer.ownLearningRateMultiplier
            parameters = layer.parameters.map { ObjectIdentifier($0) }
        }
    }

    private let entries: [Entry]
    private let optimizerVersion: Int?

    init(of model: Model) {
        entries = [Entry("", model)] + model.sublayerPaths.map { Entry($0.path, $0.layer) }
        optimizerVersion = model.optimizer?.configurationVersion
    }
}
