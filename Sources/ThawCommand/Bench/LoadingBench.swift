import ArgumentParser
import Foundation
import Thaw
import ThawFormats

/// How long loading weights takes beside reading the file (see Benchmarks/README.md).
struct LoadingBench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench-loading", abstract: "Time loading weights beside reading the file.",
        shouldDisplay: false)

    @Option(name: .long, help: "The size of the weights.")
    var megabytes = 100

    @Option(name: .long, help: "How often each is measured.")
    var rounds = 15

    func run() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "thaw-loading-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let model = Self.model(megabytes: megabytes)
        let safetensors = folder.appending(path: "model.safetensors")
        let archive = folder.appending(path: "model.keras")
        let legacy = folder.appending(path: "model.h5")
        try model.saveWeights(to: safetensors)
        try model.save(to: archive)
        try Self.writeLegacy(model, like: archive, to: legacy)

        let cases: [(name: String, file: URL, target: Double, load: () throws -> Any)] = [
            ("safetensors, tensors", safetensors, 1.5, { try SafetensorsFile.read(safetensors) }),
            ("safetensors, into a model", safetensors, 1.5, { try model.loadWeights(from: safetensors) }),
            (".keras, a whole model", archive, 4, { try Model.load(from: archive) }),
            (".h5, a whole model", legacy, 4, { try Model.load(from: legacy) }),
        ]
        var times = cases.map { _ in (read: [Double](), again: [Double](), loaded: [Double]()) }
        // The first round warms the page cache and the allocator.
        for round in 0...rounds {
            for (index, entry) in cases.enumerated() {
                let buffer = Buffer(byteCount: try Data(contentsOf: entry.file, options: .alwaysMapped).count)
                let read = try Self.seconds { try Self.read(entry.file, into: buffer) }
                let again = try Self.seconds { try Self.read(entry.file, into: buffer) }
                let loaded = try Self.seconds(entry.load)
                if round > 0 {
                    times[index].read.append(read)
                    times[index].again.append(again)
                    times[index].loaded.append(loaded)
                }
            }
        }
        print("what                        reading, ms  again, ms  loading, ms  ratio  target")
        for (entry, times) in zip(cases, times) {
            let (read, loaded) = (Self.median(times.read), Self.median(times.loaded))
            let columns = [
                entry.name.padding(toLength: 28, withPad: " ", startingAt: 0), Self.column(read * 1000, 10),
                Self.column(Self.median(times.again) * 1000, 11), Self.column(loaded * 1000, 13),
                Self.column(loaded / read, 7), Self.column(entry.target, 8),
            ]
            print(columns.joined())
        }
    }

    private static func model(megabytes: Int) -> Sequential {
        // A kernel of 1024 x 1024 is 4 MiB.
        let model = Sequential(seed: 1, name: "net") {
            Input(shape: [1024])
            for _ in 0..<max(1, megabytes / 4) { Dense(1024) }
        }
        _ = model.parameterCount
        return model
    }

    /// The same model as Keras 2 laid it out.
    private static func writeLegacy(_ model: Sequential, like archive: URL, to url: URL) throws {
        let description = try ZipArchive(archive).read("config.json")
        var writer = HDF5Writer()
        try writer.setAttribute("model_config", string: String(decoding: description, as: UTF8.self))
        try writer.setAttribute("keras_version", string: "3.15.1")
        try writer.addGroup("model_weights")
        try writer.setAttribute("layer_names", strings: model.layers.map(\.name), at: "model_weights")
        for layer in model.layers {
            let path = "model_weights/\(layer.name)"
            let names = layer.parameters.map { "\(layer.name)/\($0.name):0" }
            try writer.addGroup(path)
            try writer.setAttribute("weight_names", strings: names, at: path)
            for (name, parameter) in zip(names, layer.parameters) {
                try writer.add(parameter.value, at: "\(path)/\(name)")
            }
        }
        try writer.write(to: url)
    }

    /// Reads a file into one piece of memory, as plainly as can be: memory that nothing was in yet the first time, then the same
    /// again.
    private static func read(_ url: URL, into buffer: Buffer) throws {
        let descriptor = open(url.path, O_RDONLY)
        guard descriptor >= 0 else { throw CocoaError(.fileReadNoSuchFile) }
        defer { close(descriptor) }
        var done = 0
        while done < buffer.byteCount {
            let part = Foundation.read(descriptor, buffer.base + done, buffer.byteCount - done)
            guard part > 0 else { throw CocoaError(.fileReadUnknown) }
            done += part
        }
    }

    /// Memory that is given back after the measurement.
    private final class Buffer {
        let base: UnsafeMutableRawPointer
        let byteCount: Int

        init(byteCount: Int) {
            self.byteCount = byteCount
            base = .allocate(byteCount: max(1, byteCount), alignment: 64)
        }

        deinit { base.deallocate() }
    }

    private static func seconds(_ body: () throws -> Any) throws -> Double {
        let start = ContinuousClock.now
        let result = try body()
        let duration = ContinuousClock.now - start
        withExtendedLifetime(result) {}
        return duration / .seconds(1)
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func column(_ number: Double, _ width: Int) -> String {
        let text = "\((number * 100).rounded() / 100)"
        return String(repeating: " ", count: max(1, width - text.count)) + text
    }
}
