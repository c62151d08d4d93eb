import ArgumentParser
import Foundation
import Thaw
import ThawVision

/// `thaw blog`: the experiment that made the trap known, with a pretrained network.
struct BlogCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "blog",
        abstract: "Repeat the experiment that showed what frozen Batch Normalization did in Keras.",
        discussion: """
            Takes 100 cats and 100 dogs of CIFAR-10, enlarged to the size of the pretrained network, freezes the network's first \
            layers, and trains the rest with a new head, three times from the same start: once for each way in which Keras treated \
            frozen Batch Normalization. Each time the same images are then measured in inference mode and in training mode. Prints a \
            table and a verdict, and writes results.json and report.html.

            The original has ResNet50 with ImageNet's weights and 140 frozen layers: thaw blog --backbone resnet50.
            """)

    @Option(name: .long, help: "The network: \(Backbone.allCases.map(\.rawValue).joined(separator: ", ")).")
    var backbone = Backbone.mobilenet

    @Option(name: .long, parsing: .unconditional, help: "The width of mobilenet and mobilenetv2.")
    var alpha = 0.25

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The network's weights without its classifier; without it they are looked for in the cache, and downloaded.",
            valueName: "file"))
    var weights: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            """
            CIFAR-10: the folder of its binary files, or files of that format. Without it they are looked for in $THAW_DATA, \
            the system's data sets and the cache, and downloaded if they are in none of these.
            """, valueName: "path"))
    var data: [String] = []

    @Option(
        name: .long, parsing: .unconditional,
        help: "How many layers are frozen. (default: 140 of resnet50, 80 % of others)",
        transform: WholeNumber.from(0...100_000))
    var frozen: Int?

    @Option(
        name: .long, parsing: .unconditional,
        help: "The step size of plain SGD. (default: 0.01 for resnet50, else 0.001)")
    var learningRate: Double?

    @Option(
        name: .long, parsing: .unconditional, help: "How often the images are seen. (default: 10)",
        transform: WholeNumber.from(1...10_000))
    var epochs = 10

    @Option(
        name: .long, parsing: .unconditional, help: "How many cats, and how many dogs. (default: 100)",
        transform: WholeNumber.from(1...5000))
    var images = 100

    @Option(
        name: .long, parsing: .unconditional,
        help: "Rows and columns of the enlarged images. (default: the network's)",
        transform: WholeNumber.from(32...1024))
    var size: Int?

    @Option(
        name: .long, parsing: .unconditional,
        help: "Where random numbers start from; the same seed gives the same numbers. (default: 1)",
        transform: WholeNumber.from(0...UInt64.max))
    var seed: UInt64 = 1

    @Option(name: .long, help: ArgumentHelp("The folder for results.json and report.html.", valueName: "dir"))
    var output = "thaw-blog"

    func validate() throws {
        guard !output.isEmpty else { throw ValidationError("--output needs the name of a folder.") }
        guard alpha > 0, alpha <= 4 else {
            throw ValidationError("--alpha must be above 0 and at most 4, such as 0.25.")
        }
        if let learningRate, !(learningRate > 0 && learningRate < 1000) {
            throw ValidationError("--learning-rate must be above 0, such as 0.001.")
        }
    }

    func run() async throws {
        let folder = try OutputFolder(path: output)
        defer { folder.removeIfEmpty() }
        let plan = BlogPlan(
            backbone: backbone.rawValue, alpha: backbone.hasAlpha ? alpha : nil, frozenLayers: frozen,
            learningRate: learningRate ?? (backbone == .resnet50 ? 0.01 : 0.001), epochs: epochs,
            imagesPerClass: images,
            size: size ?? backbone.imageSize)
        let experiment = BlogExperiment(
            backbone: backbone, plan: plan, weights: weights.map { .file($0) } ?? .imageNet, data: data,
            seed: seed)
        let work = Task.detached { try experiment.run() }
        let interruption = Interruption { work.cancel() }
        defer { interruption.end() }
        do {
            let report = try await work.value
            try folder.write(
                results: Array((try JSONText.of(report) + "\n").utf8), page: BlogPage(report: report).html)
            print("\nWrote \(folder.results.path) and \(folder.report.path).")
        } catch is CancellationError {
            FileHandle.standardError.write(Data("\nInterrupted. No file was written.\n".utf8))
            throw ExitCode(130)
        }
    }
}
