import Thaw

/// The networks that faults are injected into. Thresholds are tuned on some of them and scored on the others.
enum TrialArchitecture: String, Codable, CaseIterable {
    // For tuning.
    case perceptron, convolutional, residual, depthwiseWithNestedBase, perceptronWithDropout
    // For the first scoring, after which thresholds were set once more.
    case regression, deepPerceptron, preactivation, densely, branching, binaryWithNestedBase
    // For scoring.
    case widePerceptron, residualPerceptron, regressionFromNormalized, plainDeep, invertedResidual, separable

    static let tuning: [TrialArchitecture] = [
        .perceptron, .convolutional, .residual, .depthwiseWithNestedBase, .perceptronWithDropout,
    ]
    static let firstScoring: [TrialArchitecture] = [
        .regression, .deepPerceptron, .preactivation, .densely, .branching, .binaryWithNestedBase,
    ]

    static let scoring: [TrialArchitecture] = [
        .widePerceptron, .residualPerceptron, .regressionFromNormalized, .plainDeep, .invertedResidual,
        .separable,
    ]

    /// What its network learns.
    var task: TrialTask.Kind {
        switch self {
        case .regression, .regressionFromNormalized: .numbers
        case .perceptron, .deepPerceptron, .perceptronWithDropout, .widePerceptron, .residualPerceptron:
            .groupsOfVectors(4)
        case .binaryWithNestedBase: .kindsOfImages(2)
        default: .kindsOfImages(4)
        }
    }

    /// The network, whose last layer is named `head`.
    ///
    /// - Parameters:
    ///   - momentum: of each Batch Normalization.
    ///   - dropout: the share that is dropped; 0 for no such layers.
    func model(seed: UInt64, momentum: Double, dropout: Double) throws -> Model {
        let parts = TrialLayers(momentum: momentum, dropout: dropout)
        return switch self {
        case .perceptron: parts.perceptron(widths: [32, 32], seed: seed)
        case .deepPerceptron: parts.perceptron(widths: [48, 40, 32, 24, 24], activation: .elu, seed: seed)
        case .widePerceptron: parts.perceptron(widths: [96, 48], activation: .swish, seed: seed)
        case .residualPerceptron: try parts.residualPerceptron(seed: seed)
        case .regressionFromNormalized: parts.regressionFromNormalized(seed: seed)
        case .plainDeep: parts.plainDeep(seed: seed)
        case .invertedResidual: try parts.invertedResidual(seed: seed)
        case .separable: parts.separable(seed: seed)
        case .perceptronWithDropout: parts.perceptronAfterActivation(seed: seed)
        case .regression: parts.regression(seed: seed)
        case .convolutional: parts.convolutional(seed: seed)
        case .residual: try parts.residual(seed: seed)
        case .preactivation: try parts.preactivation(seed: seed)
        case .densely: try parts.densely(seed: seed)
        case .branching: try parts.branching(seed: seed)
        case .depthwiseWithNestedBase: parts.depthwise(seed: seed)
        case .binaryWithNestedBase: parts.binary(seed: seed)
        }
    }
}
