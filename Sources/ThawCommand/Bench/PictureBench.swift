import ArgumentParser
import Foundation
import Thaw
import ThawVision

/// How long training from picture files takes beside what decoding and training cost apart (see Benchmarks/README.md).
struct PictureBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-pictures", abstract: "Time training from picture files.", shouldDisplay: false)

    @Argument(help: "A folder of classes.")
    var folder: String

    @Option(name: .long, help: "The width of MobileNet.")
    var alpha = 0.25

    @Option(name: .long, help: "How often each is measured.")
    var rounds = 3

    func run() throws {
        let size = 224
        let pictures = try ImageFolder(URL(filePath: folder), size: [size, size])
        let scaling: @Sendable (Tensor, Tensor) throws -> (Tensor, Tensor) = {
            (try Thaw.Preprocessing.tensorFlow($0), $1)
        }
        let fromFiles = pictures.train.map(scaling)
        let inMemory = try Dataset(
            Self.stacked(pictures.files, size: size), Tensor(pictures.labels.map(Int32.init))
        ).map(scaling)
        let base = try MobileNet(alpha: alpha, weights: .none, includeTop: false, pooling: .average, seed: 1)
        let head = Dense(pictures.classNames.count, activation: .softmax)
        let model = try Model(inputs: base.inputs, outputs: [head(base.outputs[0])], seed: 1)
        try model.compile(
            optimizer: .sgd(learningRate: 0.001), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        func train(on data: Dataset) throws -> Cost {
            try Cost.of { try model.fit(data, batchSize: 32, shuffle: false, verbosity: .silent) }
        }
        _ = try train(on: fromFiles)

        let cores = Double(ProcessInfo.processInfo.activeProcessorCount)
        print("ms per picture: decoding, training  both / \(Int(cores)) cores  from files  ratio  target")
        for _ in 0..<rounds {
            let decoding = try Cost.of { try Self.stacked(pictures.files, size: size) }
            let training = try train(on: inMemory)
            let whole = try train(on: fromFiles)
            let apart = (decoding.processor + training.processor) / cores
            let values = [decoding.processor, training.processor, apart, whole.wall].map {
                String(format: "%.2f", $0 * 1000 / Double(pictures.files.count))
            }
            print(values.joined(separator: "  ") + String(format: "  %.2f  1.15", whole.wall / apart))
        }
    }

    /// The pictures, decoded one after the other.
    private static func stacked(_ files: [URL], size: Int) throws -> Tensor {
        try Tensor.stack(files.map { try ImageFile.read($0).resizedImage(height: size, width: size) })
    }

    /// Seconds.
    private struct Cost {
        let wall: Double
        /// Of all threads.
        let processor: Double

        static func of(_ body: () throws -> some Any) rethrows -> Cost {
            let (start, used) = (ContinuousClock.now, processorSeconds())
            let result = try body()
            let cost = Cost(
                wall: (ContinuousClock.now - start) / .seconds(1), processor: processorSeconds() - used)
            withExtendedLifetime(result) {}
            return cost
        }

        private static func processorSeconds() -> Double { Double(clock()) / Double(CLOCKS_PER_SEC) }
    }
}
