import Foundation
import Testing
import ThawFuzzing
import ThawTensor

@testable import ThawFormats

/// Changed, lost, doubled and foreign bytes in every fixture: an error or tensors, never the end of the process, a hang, or
/// tensors that are out of proportion.
///
/// `THAW_FUZZ=100000` makes that many mutants of each kind; `THAW_FUZZ_SEED` starts elsewhere.
@Suite struct ArchiveFuzzTests {
    static let environment = ProcessInfo.processInfo.environment
    static let rounds = environment["THAW_FUZZ"].flatMap { Int($0) } ?? 400
    static let seed = environment["THAW_FUZZ_SEED"].flatMap { UInt64($0) } ?? 31

    /// Reads mutants of files and reports how many were read, how many refused, and the longest time.
    func fuzz(
        _ name: String, files: [[UInt8]], seed: UInt64, rewrapping: Bool = false,
        read: ([UInt8]) throws(FormatError) -> Int
    ) throws {
        var mutator = ByteMutator(RandomStream(seed: Self.seed &* 1000 &+ seed), words: ByteMutator.words)
        let unpacked = rewrapping ? try files.map(Self.items) : []
        var (good, refused, slowest) = (0, 0, 0.0)
        for round in 0..<Self.rounds {
            let index = round % files.count
            let mutant =
                rewrapping ? try Self.rewrapped(unpacked[index], &mutator) : mutator.mutant(of: files[index])
            let start = ContinuousClock.now
            do throws(FormatError) {
                let size = try read(mutant)
                #expect(size <= 1 << 20 + 8 * mutant.count, "\(name), round \(round)")
                good += 1
            } catch {
                refused += 1
            }
            let seconds = (ContinuousClock.now - start) / .seconds(1)
            slowest = max(slowest, seconds)
            #expect(seconds < 2, "\(name), round \(round)")
        }
        #expect(refused > Self.rounds / 10, "\(name): \(good) read, \(refused) refused")
        if Self.environment["THAW_FUZZ"] != nil {
            let milliseconds = (slowest * 10_000).rounded() / 10
            print(
                "\(name): \(good) read, \(refused) refused, the slowest took \(milliseconds) ms, \(Self.peak) MiB at most"
            )
        }
    }

    /// What the process has ever taken of memory, in MiB; 0 where there is no /proc.
    static var peak: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        return (line?.split(separator: " ").compactMap { Int($0) }.first ?? 0) / 1024
    }

    static func items(_ bytes: [UInt8]) throws -> [(name: String, contents: [UInt8])] {
        let archive = try ZipArchive(bytes)
        return try archive.entries.map { ($0.name, try archive.read($0.name)) }
    }

    /// An archive with right checksums around wrong contents; most often the first file, where the structure is.
    static func rewrapped(
        _ items: [(name: String, contents: [UInt8])], _ mutator: inout ByteMutator
    ) throws -> [UInt8] {
        var items = items
        let index = mutator.pick(4) > 0 ? 0 : mutator.pick(items.count)
        items[index].contents = mutator.mutant(of: items[index].contents)
        let isCompressed = mutator.pick(8) == 0
        return try ZipArchive.bytes(
            of: items.map { ZipArchive.Item($0.name, contents: $0.contents, isCompressed: isCompressed) })
    }

    static func files(_ folder: String, ending: String) throws -> [[UInt8]] {
        try ArchiveFixtures.names(folder, ending: ending).map { try ArchiveFixtures.bytes("\(folder)/\($0)") }
    }

    static func size(_ checkpoint: TorchCheckpoint) -> Int {
        checkpoint.root.namedTensors.reduce(0) { $0 + $1.tensor.byteCount }
    }

    @Test func numpy() throws {
        try fuzz("npy", files: Self.files("numpy", ending: ".npy"), seed: 1) { bytes throws(FormatError) in
            try NPYFile.read(bytes).byteCount
        }
    }

    @Test func archives() throws {
        let files = try Self.files("numpy", ending: ".npz") + Self.files("torch", ending: "state_2.pt")
        try fuzz("zip", files: files, seed: 2) { bytes throws(FormatError) in
            let archive = try ZipArchive(bytes)
            var size = 0
            for entry in archive.entries { size = max(size, try archive.read(entry.name).count) }
            return size
        }
    }

    @Test func arrays() throws {
        let files = try Self.files("numpy", ending: ".npz")
        try fuzz("npz", files: files, seed: 3, rewrapping: true) { bytes throws(FormatError) in
            try NPZFile.read(bytes).tensors.values.reduce(0) { $0 + $1.byteCount }
        }
    }

    @Test func checkpoints() throws {
        let files = try Self.files("torch", ending: ".pt").filter { $0.first == 0x50 }
        try fuzz("torch, zip", files: files, seed: 4, rewrapping: true) { bytes throws(FormatError) in
            Self.size(try TorchCheckpoint.read(bytes))
        }
        try fuzz("torch, zip, outside", files: files, seed: 5) { bytes throws(FormatError) in
            Self.size(try TorchCheckpoint.read(bytes))
        }
    }

    @Test func legacyCheckpoints() throws {
        let files = try Self.files("torch", ending: ".pt").filter { $0.first == 0x80 }
        try fuzz("torch, legacy", files: files, seed: 6) { bytes throws(FormatError) in
            Self.size(try TorchCheckpoint.read(bytes))
        }
    }
}
