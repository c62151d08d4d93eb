import Thaw

/// The networks that faults are injected into. Thresholds are tuned on some of them and scored on the others.
enum TrialArchitecture: String, Codable, CaseIterable {
    // For tuning.
    case perceptron, convolutional, residual, depthwiseWithNestedBase, perceptronWithDropout
    // For the first scoring, after which thresholds were set once more.
    case regression, deepPerceptron, preactivation, densely, branching, binaryWithNestedBase
    // For the second scoring, after which rules were changed again.
    case widePerceptron, residualPerceptron, regressionFromNormalized, plainDeep, invertedResidual, separable
    // For the third, after which thresholds were.
    case tanhPerceptron, regressionWithSkip, bottleneckResidual, squeezeAndExcite, normalizedAfterActivation
    case binaryStrided
    // For scoring.
    case geluPerceptron, deepRegression, twoScales, depthwiseResidual, normalizedHead, binaryResidual

    static let tuning: [TrialArchitecture] = [
        .perceptron, .convolutional, .residual, .depthwiseWithNestedBase, .perceptronWithDropout,
    ]
    static let firstScoring: [TrialArchitecture] = [
        .regression, .deepPerceptron, .preactivation, .densely, .branching, .binaryWithNestedBase,
    ]
    static let secondScoring: [TrialArchitecture] = [
        .widePerceptron, .residualPerceptron, .regressionFromNormalized, .plainDeep, .invertedResidual,
        .separable,
    ]
    static let thirdScoring: [TrialArchitecture] = [
        .tanhPerceptron, .regressionWithSkip, .bottleneckResidual, .squeezeAndExcite,
        .normalizedAfterActivation, .binaryStrided,
    ]
    static let scoring: [TrialArchitecture] = [
        .geluPerceptron, .deepRegression, .twoScales, .depthwiseResidual, .normalizedHead, .binaryResidual,
    ]

    /// What its network learns.
    var task: TrialTask.Kind {
        switch self {
        case .regression, .regressionFromNormalized, .regressionWithSkip, .deepRegression: .numbers
        case .perceptron, .deepPerceptron, .perceptronWithDropout, .widePerceptron, .residualPerceptron,
            .tanhPerceptron, .geluPerceptron:
            .groupsOfVectors(4)
        case .binaryWithNestedBase, .binaryStrided, .binaryResidual: .kindsOfImages(2)
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
        case .tanhPerceptron: parts.perceptron(widths: [64, 48, 32], activation: .tanh, seed: seed)
        case .regressionWithSkip: try parts.regressionWithSkip(seed: seed)
        case .bottleneckResidual: try parts.bottleneckResidual(seed: seed)
        case .squeezeAndExcite: try parts.squeezeAndExcite(seed: seed)
        case .normalizedAfterActivation: parts.normalizedAfterActivation(seed: seed)
        case .binaryStrided: parts.binaryStrided(seed: seed)
        case .geluPerceptron: parts.perceptron(widths: [72, 36], activation: .gelu, seed: seed)
        case .deepRegression: parts.deepRegression(seed: seed)
        case .twoScales: try parts.twoScales(seed: seed)
        case .depthwiseResidual: try parts.depthwiseResidual(seed: seed)
        case .normalizedHead: parts.normalizedHead(seed: seed)
        case .binaryResidual: try parts.binaryResidual(seed: seed)
        }
    }
}
