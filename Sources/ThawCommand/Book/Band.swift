/// What the reference reports for one quantity, and how far the mean over our seeds may be from it.
struct Band: Sendable {
    /// The quantity, for example `validation accuracy`.
    let quantity: String
    /// What the reference reports; nil where it reports an interval only.
    let table: Double?
    /// Where the mean over our seeds must lie.
    let range: ClosedRange<Double>
    /// Why the band is as wide as it is.
    let reason: String

    /// A band around a reported number.
    init(_ quantity: String, _ table: Double, within tolerance: Double, because reason: String) {
        self.quantity = quantity
        self.table = table
        range = (table - tolerance)...(table + tolerance)
        self.reason = reason
    }

    /// A band that is reported as an interval, or follows from what is asked.
    init(_ quantity: String, in range: ClosedRange<Double>, because reason: String) {
        self.quantity = quantity
        table = nil
        self.range = range
        self.reason = reason
    }
}

/// How much one run differs from the next because of first weights and the order of samples, as standard deviations; losses as
/// shares of the loss. The reference is one unseeded run, so it has this spread too: the difference between it and the mean of
/// three of ours spreads `sqrt(1 + 1/3)` times as much, and three times that is the tolerance.
///
/// Stated before the rows were run here, from what is known of such training.
struct Spread: Sendable {
    let trainingLoss: Double
    let trainingAccuracy: Double
    let otherLoss: Double
    let otherAccuracy: Double
    let reason: String

    private static let tolerance = 3 * (4.0 / 3).squareRoot()

    /// Plain SGD on a small net for 10 to 20 epochs: smooth, far from overfitting.
    static let smooth = Spread(
        trainingLoss: 0.012, trainingAccuracy: 0.0015, otherLoss: 0.015, otherAccuracy: 0.0025,
        reason: "small net, plain SGD: smooth training")
    /// A hundred layers and few epochs: first weights decide how soon training gets going.
    static let deep = Spread(
        trainingLoss: 0.06, trainingAccuracy: 0.02, otherLoss: 0.06, otherAccuracy: 0.02,
        reason: "100 layers and 5 epochs: first weights decide how soon training gets going")
    /// A large rate to the end on a net that overfits: the last epoch's numbers jump.
    static let restless = Spread(
        trainingLoss: 0.07, trainingAccuracy: 0.005, otherLoss: 0.07, otherAccuracy: 0.0035,
        reason: "large steps and overfitting: numbers of the last epoch jump")
    /// A rate that falls to almost nothing: the end is calm, the way there is not.
    static let annealed = Spread(
        trainingLoss: 0.03, trainingAccuracy: 0.002, otherLoss: 0.025, otherAccuracy: 0.0025,
        reason: "the rate falls by the end: calm last epochs")
    /// Two epochs of Nadam: in the middle of training.
    static let brief = Spread(
        trainingLoss: 0.015, trainingAccuracy: 0.002, otherLoss: 0.05, otherAccuracy: 0.008,
        reason: "two epochs of Nadam: validation in the middle of training")
    /// 200 images, which are trained on, and a validation set of 986.
    static let fewImages = Spread(
        trainingLoss: 0.2, trainingAccuracy: 0.015, otherLoss: 0.2, otherAccuracy: 0.012,
        reason: "200 images: a different net under the same data differs much")
    /// CIFAR-10 with early stopping: the last epoch is some epoch after the best.
    static let stopped = Spread(
        trainingLoss: 0.06, trainingAccuracy: 0.02, otherLoss: 0.02, otherAccuracy: 0.009,
        reason: "early stopping: the last epoch is some epoch; slightly lossy pixels")

    /// Bands for loss and accuracy on the training images.
    func training(_ loss: Double, _ accuracy: Double) -> [Band] {
        [
            Band("training loss", loss, within: Self.tolerance * trainingLoss * loss, because: reason),
            Band("training accuracy", accuracy, within: Self.tolerance * trainingAccuracy, because: reason),
        ]
    }

    /// Bands for loss and accuracy on other images: `validation`, `test`.
    func other(_ name: String, _ loss: Double, _ accuracy: Double) -> [Band] {
        [
            Band("\(name) loss", loss, within: Self.tolerance * otherLoss * loss, because: reason),
            Band("\(name) accuracy", accuracy, within: Self.tolerance * otherAccuracy, because: reason),
        ]
    }

    /// Bands for training and validation.
    func both(_ training: (Double, Double), _ validation: (Double, Double)) -> [Band] {
        self.training(training.0, training.1) + other("validation", validation.0, validation.1)
    }
}
