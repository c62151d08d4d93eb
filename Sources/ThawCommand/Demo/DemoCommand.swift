import ArgumentParser
import Foundation
import Thaw

/// `thaw demo`: the damage of Batch Normalization in transfer learning, beside the fix, on real data.
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract:
            "Train, freeze and transfer a network on Fashion-MNIST, with frozen Batch Normalization three ways.",
        discussion: """
            Trains a small convolutional network on eight classes, freezes it under a new head, and teaches it sandals \
            against shirts from 200 images: once for each of the three ways in which frozen Batch Normalization behaved \
            in Keras. Writes results.json and report.html.
            """)

    @Option(name: .long, help: "The folder for results.json and report.html; made if it is not there.")
    var output = "thaw-demo"

    @Option(name: .long, help: "Where random numbers start from; the same seed gives the same results.")
    var seed: UInt64 = 42

    @Flag(name: .long, help: "Less training, for a look within seconds.")
    var quick = false

    @Option(name: .long, help: "The folder with Fashion-MNIST's four files.")
    var data: String?

    func run() throws {
        let start = Date()
        // What can be refused is refused before the work begins.
        let folder = try OutputFolder(path: output)
        let plan = quick ? DemoPlan.quick : .full
        let files = try FashionMNIST.load(from: data.map { URL(fileURLWithPath: $0, isDirectory: true) })
        let interruption = Interruption()
        defer { interruption.end() }
        do {
            var experiment = DemoExperiment(
                data: try DemoData(train: files.train, plan: plan), plan: plan, seed: seed)
            experiment.announce = { print("\n\($0)") }
            experiment.callbacks = [interruption.callback]
            let (model, source) = try experiment.trainSource()
            print("\nModel A on images it has not seen: accuracy \(percent(source.validation.accuracy)).")
            let main = try experiment.transfer(model, to: .faded, showsProgress: true)
            let plain = try experiment.transfer(model, to: .plain, showsProgress: false)
            let results = DemoResults(
                runs: main.runs, setting: main.setting, otherSettings: [plain], source: source, seed: seed,
                isQuick: quick, engine: Runtime.engine.name, seconds: Date().timeIntervalSince(start))
            try folder.write(results)
            print("\n" + DemoText.summary(of: results))
            print(
                "\nWritten: \(folder.url("report.html").path) and results.json, in \(Int(results.seconds.rounded())) s."
            )
        } catch is CancellationError {
            FileHandle.standardError.write(Data("\ninterrupted; nothing was written\n".utf8))
            throw ExitCode(130)
        }
    }
}

/// The folder that results go to.
struct OutputFolder {
    private let folder: URL

    /// Makes the folder and tries to write to it.
    ///
    /// - Throws: `DemoError.unwritableOutput`.
    init(path: String) throws {
        folder = URL(fileURLWithPath: path, isDirectory: true)
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
            let probe = folder.appendingPathComponent(".thaw-\(UUID().uuidString)")
            try Data().write(to: probe)
            try FileManager.default.removeItem(at: probe)
        } catch {
            throw DemoError.unwritableOutput(path: path, reason: error.localizedDescription)
        }
    }

    func url(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Writes results.json and report.html, each whole or not at all.
    func write(_ results: DemoResults) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        try encoder.encode(results).write(to: url("results.json"), options: .atomic)
        try Data(DemoReport.page(results).utf8).write(to: url("report.html"), options: .atomic)
    }
}

/// Ctrl-C, taken as the wish to stop after the batch at hand.
final class Interruption {
    private let source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    private let flag = InterruptionFlag()

    /// Stops a fit by throwing `CancellationError`.
    var callback: Callback {
        let flag = flag
        return LambdaCallback(onTrainBatchEnd: { _, _ in if flag.isSet { throw CancellationError() } })
    }

    init() {
        signal(SIGINT, SIG_IGN)
        let flag = flag
        source.setEventHandler { flag.set() }
        source.resume()
    }

    /// Gives the signal its usual meaning back.
    func end() {
        source.cancel()
        signal(SIGINT, SIG_DFL)
    }
}

/// A flag that one thread sets and another reads.
private final class InterruptionFlag: @unchecked Sendable {
    // Safety: every access holds the lock.
    private let lock = NSLock()
    private var value = false

    var isSet: Bool { lock.withLock { value } }

    func set() { lock.withLock { value = true } }
}
