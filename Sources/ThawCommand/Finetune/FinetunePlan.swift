import Thaw

/// What `thaw finetune` is asked to do.
struct FinetunePlan: Codable, Sendable, Equatable {
    /// The folder of pictures.
    var folder: String
    /// The network; nil for the one whose weights are given.
    var backbone: Backbone?
    var alpha: Double?
    /// The file of weights; nil for those that are published.
    var weights: String?
    /// Height and width of pictures; nil for the network's default.
    var size: Int?
    /// The share of pictures to validate on; nil for the folder's own, or ``defaultShare``.
    var validationShare: Double?
    var seed: UInt64 = 1
    var batchSize = 32
    /// The most epochs of the head.
    var epochs = 400
    var learningRate = 2e-3
    /// The epochs without a better validation loss after which training ends.
    var patience = 10
    /// The share of features that are dropped before the head.
    var dropout = 0.5
    /// How many of the last blocks are trained after the head; 0 for none.
    var unfrozenBlocks = 0
    var fineTuneEpochs = 20
    var fineTuneRate = 1e-4
    /// How many flipped and cropped views there are of each picture; 0 for the pictures as they are.
    var views = 0
    var policy = FrozenPolicy.automatic
    var skipsBrokenPictures = true

    /// The share of pictures to validate on where the folder has no validation pictures.
    static let defaultShare = 0.2
    /// The number of views where none is given.
    static let defaultViews = 4
}
