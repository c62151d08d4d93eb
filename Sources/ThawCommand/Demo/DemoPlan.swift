/// How much the demo trains.
struct DemoPlan: Codable, Sendable, Equatable {
    /// How many images of the eight classes model A is trained on; nil for all.
    var sourceImages: Int?
    /// How often model A sees them.
    var sourceEpochs: Int
    /// Model A's step size for plain SGD with momentum 0.9.
    var sourceLearningRate = 0.01
    /// How many of the first training images of sandals and shirts the transfer sees.
    var targetImages = 200
    /// How often it sees them.
    var transferEpochs = 10
    /// The step size of the transfer's plain SGD.
    var transferLearningRate = 0.1
    /// How many images make a step.
    var batchSize = 32

    /// Every image of the eight classes.
    static let full = DemoPlan(sourceImages: nil, sourceEpochs: 3)

    /// A part of the images, for a look within seconds.
    static let quick = DemoPlan(sourceImages: 12_000, sourceEpochs: 1)
}
