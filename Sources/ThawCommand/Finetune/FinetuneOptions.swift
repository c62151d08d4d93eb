import ArgumentParser
import Foundation
import ThawVision

/// The options of `thaw finetune` that say what is trained, and how.
struct FinetuneOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The network: \(Backbone.allCases.map(\.rawValue).joined(separator: ", ")). (default: the one whose weights are "
                + "given, else mobilenet)", valueName: "name"))
    var backbone: Backbone?

    @Option(
        name: .long, parsing: .unconditional,
        help: "The width of mobilenet and mobilenetv2. (default: that of the weights, else 1)",
        transform: RealNumber.above0(atMost: 64))
    var alpha: Double?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            The file of the network's weights: .h5, .keras, .safetensors, .npz or PyTorch's. (default: those that Keras \
            publishes, from $THAW_DATA, the caches, or downloaded)
            """, valueName: "file"))
    var weights: String?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Height and width of the pictures as the network sees them. (default: the network's)",
        transform: WholeNumber.from(8...4096))
    var size: Int?

    @Option(
        name: .long, parsing: .unconditional,
        help: """
            The share of pictures to validate on, where the folder has none for that. (default: \
            \(FinetunePlan.defaultShare))
            """, transform: RealNumber.share(includingZero: false))
    var valSplit: Double?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Where random numbers start from; the same seed gives the same numbers. (default: 1)",
        transform: WholeNumber.from(0...UInt64.max))
    var seed: UInt64 = 1

    @Option(
        name: .long, parsing: .unconditional, help: "The most epochs of the head. (default: 400)",
        transform: WholeNumber.from(1...1_000_000))
    var epochs = 400

    @Option(
        name: .long, parsing: .unconditional, help: "How many pictures make a step. (default: 32)",
        transform: WholeNumber.from(1...65536))
    var batchSize = 32

    @Option(
        name: .long, parsing: .unconditional, help: "Adam's learning rate for the head. (default: 0.002)",
        transform: RealNumber.above0(atMost: 1000))
    var learningRate = 2e-3

    @Option(
        name: .long, parsing: .unconditional,
        help: "The epochs without a smaller validation loss after which training ends. (default: 10)",
        transform: WholeNumber.from(1...1_000_000))
    var patience = 10

    @Option(
        name: .long, parsing: .unconditional,
        help: "The share of features that is dropped before the head. (default: 0.5)",
        transform: RealNumber.share(includingZero: true))
    var dropout = 0.5

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "After the head, train the last so many blocks of the network too. (default: 0)", valueName: "n"),
        transform: WholeNumber.from(0...1000))
    var unfreezeBlocks = 0

    @Option(
        name: .long, parsing: .unconditional,
        help: "The most epochs of the head and the blocks together. (default: 20)",
        transform: WholeNumber.from(1...1_000_000))
    var fineTuneEpochs = 20

    @Option(
        name: .long, parsing: .unconditional,
        help: "Adam's learning rate for the head and the blocks together. (default: 0.0001)",
        transform: RealNumber.above0(atMost: 1000))
    var fineTuneRate = 1e-4

    @Flag(name: .long, help: "Train on flipped and cropped views of the pictures.")
    var augment = false

    @Option(
        name: .long, parsing: .unconditional,
        help: """
            How many views there are of each picture with --augment; what frozen layers make of each is kept. (default: \
            \(FinetunePlan.defaultViews))
            """, transform: WholeNumber.from(1...1000))
    var views: Int?

    @Option(
        name: .long,
        help: """
            What frozen Batch Normalizations normalise with in training: automatic (their moving statistics), or as Keras did \
            in the past, batch or batchUpdating, to see the damage.
            """)
    var policy = FrozenPolicy.automatic

    @Option(
        name: .long,
        help: "What becomes of pictures that cannot be read: they are left out and named, or end the command."
    )
    var broken = BrokenPictures.skip

    /// What becomes of pictures that cannot be read.
    enum BrokenPictures: String, CaseIterable, ExpressibleByArgument {
        /// They are left out, and listed.
        case skip
        /// The first one ends the command.
        case fatal
    }

    func validate() throws {
        guard weights != "" else { throw ValidationError("--weights needs the name of a file.") }
        guard views == nil || augment else {
            throw ValidationError("--views is for --augment, which is not given.")
        }
    }

    /// What is asked for, with the pictures of a folder.
    func plan(folder: String) -> FinetunePlan {
        FinetunePlan(
            folder: folder, backbone: backbone, alpha: alpha, weights: weights, size: size,
            validationShare: valSplit, seed: seed, batchSize: batchSize, epochs: epochs,
            learningRate: learningRate, patience: patience, dropout: dropout, unfrozenBlocks: unfreezeBlocks,
            fineTuneEpochs: fineTuneEpochs, fineTuneRate: fineTuneRate,
            views: augment ? views ?? FinetunePlan.defaultViews : 0, policy: policy,
            skipsBrokenPictures: broken == .skip)
    }
}
