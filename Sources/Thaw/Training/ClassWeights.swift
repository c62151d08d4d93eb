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

    /// Throws if a weight is no number, or is for a class that the model cannot tell.
    ///
    /// - Parameters:
    ///   - predictionShape: what the model gives for a batch; its last axis is the number of classes.
    func check(call: String, loss: Loss, predictionShape: [Int]) throws {
        for (label, weight) in weights.sorted(by: { $0.key < $1.key }) {
            guard weight.isFinite else {
                throw TrainingError.invalidArgument(
                    "\(call): the weight of class \(label) in classWeights is \(weight); give a number.")
            }
            guard let classes = Self.classes(loss, predictionShape), !classes.contains(label) else {
                continue
            }
            throw TrainingError.invalidArgument(
                "\(call): classWeights names class \(label), and the model tells classes 0 to \(classes.upperBound - 1) apart; "
                    + "leave \(label) out, or give the model as many outputs as there are classes.")
        }
    }

    /// The classes there are; nil where targets may be any numbers.
    private static func classes(_ loss: Loss, _ predictionShape: [Int]) -> Range<Int>? {
        let width = predictionShape.count > 1 ? predictionShape.last ?? 1 : 1
        if loss.targetKind == .classIndices || width > 1 { return 0..<width }
        return loss.targetRange == 0...1 ? 0..<2 : nil
    }
}
