/// What the blog's experiment trains.
struct BlogPlan: Codable, Sendable, Equatable {
    /// The network.
    let backbone: String
    /// Its width, where that can be chosen.
    let alpha: Double?
    /// How many of the model's first layers are frozen; nil until the network is there, for 140 of ResNet50 and 80 % of others.
    var frozenLayers: Int?
    /// The step size of plain SGD.
    let learningRate: Double
    /// How often the images are seen.
    let epochs: Int
    /// How many cats, and how many dogs.
    let imagesPerClass: Int
    /// Rows and columns of the enlarged images.
    let size: Int
    /// How many images make a step.
    var batchSize = 32

    /// The network with its width.
    var network: String { backbone + (alpha.map { " (alpha \($0))" } ?? "") }
}

/// All that the blog's experiment found out.
struct BlogReport: Codable, Sendable, Equatable {
    /// What was trained.
    let plan: BlogPlan
    /// Where random numbers started from.
    let seed: UInt64
    /// How many layers the model has, its inputs included.
    let layers: Int
    /// How many numbers it has.
    let parameters: Int
    /// How many of its Batch Normalization layers are frozen, and how many there are.
    let frozenBatchNormalizations: Int
    let batchNormalizations: Int
    /// How many other cats and dogs were looked at in the end.
    let unseenImages: Int
    /// The three runs.
    let runs: [TransferRun]
    /// What the numbers mean, sentence by sentence.
    let verdict: [String]
    /// What it ran on, by name.
    let versions: [String: String]
    /// How long it all took.
    let seconds: Double
}
