import Foundation
import ThawFormats
import ThawTensor

extension FuzzFormat {
    /// Arrays by name: NumPy, safetensors, PyTorch, and the zip archives around them.
    static func arrays() throws -> [FuzzFormat] {
        let npy = try Fixture.files("numpy", ending: ".npy")
        let npz = try Fixture.files("numpy", ending: ".npz")
        let torch = try Fixture.files("torch", ending: ".pt")
        let zipped = torch.filter { $0.first == 0x50 }
        let safetensors = try [
            Fixture.bytes("reference.safetensors"),
            SafetensorsFile.bytes(
                of: [
                    "a/kernel": .zeros([3, 4]), "a/bias": .zeros([4], dtype: .float16),
                    "n": .zeros([], dtype: .int64),
                    "é": .zeros([2, 0, 5]), "mask": .zeros([7], dtype: .bool),
                ], metadata: ["format": "thaw"]),
        ]
        return [
            FuzzFormat("npy", files: npy) { bytes, _ in _ = try NPYFile.read(bytes) },
            FuzzFormat("npz", mutant: { try Self.rewrapped(npz, &$0) }) { bytes, _ in
                _ = try NPZFile.read(bytes)
            },
            FuzzFormat("safetensors", share: 2, ending: "safetensors", files: safetensors) { bytes, url in
                _ = try SafetensorsFile.read(url)
            },
            FuzzFormat("zip", files: npz + zipped.prefix(3)) { bytes, _ in
                let archive = try ZipArchive(bytes)
                for entry in archive.entries {
                    _ = try? archive.read(entry.name, limit: 1 << 20 + 8 * bytes.count)
                }
            },
            FuzzFormat(
                "torch-zip", share: 2,
                mutant: { stream in
                    stream.pick(4) == 0
                        ? try Self.bytes(zipped, &stream) : try Self.rewrapped(zipped, &stream)
                }
            ) { bytes, _ in _ = try TorchCheckpoint.read(bytes) },
            FuzzFormat("torch-legacy", share: 2, files: torch.filter { $0.first == 0x80 }) { bytes, _ in
                _ = try TorchCheckpoint.read(bytes)
            },
        ]
    }

    private static func bytes(_ files: [[UInt8]], _ stream: inout RandomStream) throws -> [UInt8] {
        let whole = files[stream.pick(files.count)]
        var mutator = ByteMutator(stream, words: ByteMutator.words)
        return mutator.mutant(of: whole)
    }

    /// An archive with right checksums around wrong contents; most often the first file, where the structure is.
    private static func rewrapped(_ files: [[UInt8]], _ stream: inout RandomStream) throws -> [UInt8] {
        let archive = try ZipArchive(files[stream.pick(files.count)])
        var items = try archive.entries.map { (name: $0.name, contents: try archive.read($0.name)) }
        let index = stream.pick(4) > 0 ? 0 : stream.pick(items.count)
        let isCompressed = stream.pick(8) == 0
        var mutator = ByteMutator(stream, words: ByteMutator.words)
        items[index].contents = mutator.mutant(of: items[index].contents)
        return try ZipArchive.bytes(
            of: items.map { ZipArchive.Item($0.name, contents: $0.contents, isCompressed: isCompressed) })
    }
}

/// The files beside the tests of formats.
enum Fixture {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent()
        .appending(path: "ThawFormatsTests/Fixtures")

    static func bytes(_ path: String) throws -> [UInt8] {
        try [UInt8](Data(contentsOf: folder.appending(path: path)))
    }

    static func files(_ subfolder: String, ending: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: subfolder).path)
            .filter { $0.hasSuffix(ending) }.sorted().map { try bytes("\(subfolder)/\($0)") }
    }
}
