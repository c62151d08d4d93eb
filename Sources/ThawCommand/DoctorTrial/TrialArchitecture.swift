import Thaw

/// The networks that faults are injected into. Thresholds are tuned on some of them and scored on the others.
enum TrialArchitecture: String, Codable, CaseIterable {
    // For tuning.
    case perceptron, convolutional, residual, depthwiseWithNestedBase, perceptronWithDropout
    // For scoring.
    case regression, deepPerceptron, preactivation, densely, branching, binaryWithNestedBase

    static let tuning: [TrialArchitecture] = [
        .perceptron, .convolutional, .residual, .depthwiseWithNestedBase, .perceptronWithDropout,
    ]
    static let scoring: [TrialArchitecture] = [
        .regression, .deepPerceptron, .preactivation, .densely, .branching, .binaryWithNestedBase,
    ]

    /// What its network learns.
    var task: TrialTask.Kind {
        switch self {
        case .regression: .numbers
        case .perceptron, .deepPerceptron, .perceptronWithDropout: .groupsOfVectors(4)
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
