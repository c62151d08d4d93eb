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

    /// A count, which has to be met exactly.
    static func count(_ quantity: String, _ count: Double) -> Band {
        Band(quantity, count, within: 0, because: "a count")
    }

    /// What a search for a learning rate has to show when an epoch has so many steps.
    static func search(steps: Double) -> [Band] {
        [
            Band(
                "steps", in: 2...steps,
                because: "\(Int(steps)) steps, or fewer if the loss is no number any more"),
            Band("last loss over best", in: 4...Double.infinity, because: "reported: diverges at the end"),
        ]
    }
}

/// How much one run differs from the next because of first weights and the order of samples, as standard deviations; losses as
/// shares of the loss. The reference is one unseeded run, so it has this spread too: the difference between it and the mean of
/// three of ours spreads `sqrt(1 + 1/3)` times as much, and three times that is the tolerance.
///
/// Stated before the rows were run here, from what is known of such training.
struct Spread: Sendable {
    /// Standard deviations of the loss, as shares of it, and of the accuracy.
    typealias Deviations = (loss: Double, accuracy: Double)

    private let trainingDeviations: Deviations
    private let otherDeviations: Deviations
    private let reason: String

    private static let tolerance = 3 * (4.0 / 3).squareRoot()

    private init(training: Deviations, other: Deviations, because reason: String) {
        trainingDeviations = training
        otherDeviations = other
        self.reason = reason
    }

    /// Plain SGD on a small net for 10 to 20 epochs: smooth, far from overfitting.
    static let smooth = Spread(
        training: (0.012, 0.0015), other: (0.015, 0.0025), because: "small net, plain SGD: smooth training")
    /// A hundred layers and few epochs: first weights decide how soon training gets going.
    static let deep = Spread(
        training: (0.06, 0.02), other: (0.06, 0.02),
        because: "100 layers and 5 epochs: first weights decide how soon training gets going")
    /// A large rate to the end on a net that overfits: the last epoch's numbers jump.
    static let restless = Spread(
        training: (0.07, 0.005), other: (0.07, 0.0035),
        because: "large steps and overfitting: numbers of the last epoch jump")
    /// A rate that falls to almost nothing: the end is calm, the way there is not.
    static let annealed = Spread(
        training: (0.03, 0.002), other: (0.025, 0.0025),
        because: "the rate falls by the end: calm last epochs")
    /// Two epochs of Nadam: in the middle of training.
    static let brief = Spread(
        training: (0.015, 0.002), other: (0.05, 0.008),
        because: "two epochs of Nadam: validation in the middle of training")
    /// 200 images, which are trained on, and a validation set of 986.
    static let fewImages = Spread(
        training: (0.2, 0.015), other: (0.2, 0.012),
        because: "200 images: a different net under the same data differs much")
    /// CIFAR-10 with early stopping: the last epoch is some epoch after the best.
    static let stopped = Spread(
        training: (0.06, 0.02), other: (0.02, 0.009),
        because: "early stopping: the last epoch is some epoch; slightly lossy pixels")

    /// Bands for loss and accuracy on the training images.
    func training(_ loss: Double, _ accuracy: Double) -> [Band] {
        bands("training", (loss, accuracy), trainingDeviations)
    }

    /// Bands for loss and accuracy on other images: `validation`, `test`.
    func other(_ name: String, _ loss: Double, _ accuracy: Double) -> [Band] {
        bands(name, (loss, accuracy), otherDeviations)
    }

    /// Bands for training and validation.
    func both(_ training: (Double, Double), _ validation: (Double, Double)) -> [Band] {
        self.training(training.0, training.1) + other("validation", validation.0, validation.1)
    }

    private func bands(
        _ name: String, _ reported: (loss: Double, accuracy: Double), _ deviations: Deviations
    ) -> [Band] {
        [
            Band(
                "\(name) loss", reported.loss, within: Self.tolerance * deviations.loss * reported.loss,
                because: reason),
            Band(
                "\(name) accuracy", reported.accuracy, within: Self.tolerance * deviations.accuracy,
                because: reason),
        ]
    }
}
