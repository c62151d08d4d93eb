import ThawGraph

/// The gamma and the beta at the end of a normalization: which of them there are, and how they are made.
struct ScaleAndShift {
    let gammaSettings: WeightSettings?
    let betaSettings: WeightSettings?
    private(set) var gamma: Parameter?
    private(set) var beta: Parameter?

    /// - Parameters:
    ///   - gamma: nil for a normalization that does not scale.
    ///   - beta: nil for one that does not shift.
    init(gamma: WeightSettings?, beta: WeightSettings?) {
        gammaSettings = gamma
        betaSettings = beta
    }

    /// Whether there is a gamma.
    var scales: Bool { gammaSettings != nil }
    /// Whether there is a beta.
    var centers: Bool { betaSettings != nil }
    /// The same settings for another layer, not built.
    var unbuilt: ScaleAndShift { ScaleAndShift(gamma: gammaSettings, beta: betaSettings) }

    /// Makes the parameters.
    mutating func build(in layer: Layer, shape: [Int]) throws {
        gamma = try gammaSettings.map { try layer.addWeight(name: "gamma", shape: shape, $0) }
        beta = try betaSettings.map { try layer.addWeight(name: "beta", shape: shape, $0) }
    }

    /// `x * gamma + beta`, each broadcast along the leading axes.
    func callAsFunction(_ x: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        var output = x
        if let gamma { output = try output * context.read(gamma) }
        if let beta { output = try output + context.read(beta) }
        return output
    }
}
