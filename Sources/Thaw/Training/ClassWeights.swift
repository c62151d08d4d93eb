import ThawTensor

/// How much samples of each class count in the loss; 1 for classes that are not named.
struct ClassWeights {
    private let weights: [Int: Double]

    init(_ weights: [Int: Double]) { self.weights = weights }

    /// The weight of each sample: its class's times its own.
    ///
    /// The class is the target itself, or, for targets of several numbers, where the highest of them is.
    func combined(targets: Tensor, sampleWeights: Tensor?) -> [Float] {
        let count = targets.shape.first ?? 0
        let isOneHot = targets.rank > 1 && (targets.shape.last ?? 1) > 1
        let classes = isOneHot ? targets.argMax(axis: -1).ints : targets.ints
        let own = sampleWeights?.doubles ?? Array(repeating: 1, count: count)
        return (0..<count).map { Float((weights[classes[$0]] ?? 1) * own[$0]) }
    }
}
