import CZlib
import Foundation
import ThawFormats
import ThawTensor

extension FuzzFormat {
    /// What data sets come in: gzip, tar, IDX, CIFAR's binary version.
    static func data() throws -> [FuzzFormat] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "thaw-fuzz-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let idx = try [
            Tensor.zeros([3, 4, 4], dtype: .uint8), .zeros([5]), .zeros([2, 0], dtype: .float64),
        ].map {
            let url = folder.appending(path: "file")
            try IDXFile.write($0, to: url)
            return try FileBytes.read(path: url.path)
        }
        let cifar = [1, 2].map { [UInt8](repeating: 3, count: 2 * ($0 + 3072)) }
        let tar = HandmadeFiles.gzipped(
            HandmadeFiles.tar([("a/data_batch_1.bin", cifar[0]), ("readme", [1, 2, 3]), ("empty", [])]))
        let tarContents = HandmadeFiles.tar([("x", [UInt8](0..<200)), ("y/z", [])])
        return [
            FuzzFormat("gzip", files: (idx + cifar).map(HandmadeFiles.gzipped)) { bytes, _ in
                _ = try Gzip.decompress(bytes, limit: 1 << 20, file: "gzip")
            },
            FuzzFormat(
                "tar",
                mutant: { stream in
                    // Half of them are damaged inside, under right checksums.
                    let isInside = stream.pick(2) == 0
                    var mutator = ByteMutator(stream, words: ByteMutator.words)
                    return isInside
                        ? HandmadeFiles.gzipped(mutator.mutant(of: tarContents)) : mutator.mutant(of: tar)
                }
            ) { bytes, _ in
                let reader = try TarReader(gzip: bytes, limit: 1 << 20, file: "tar")
                while try reader.next() != nil { _ = try reader.contents() }
            },
            FuzzFormat(
                "idx", ending: "idx",
                mutant: { stream in
                    let whole = idx[stream.pick(idx.count)]
                    let isZipped = stream.pick(3) == 0
                    var mutator = ByteMutator(stream, words: ByteMutator.words)
                    let mutant = mutator.mutant(of: whole)
                    return isZipped ? HandmadeFiles.gzipped(mutant) : mutant
                }
            ) { _, url in _ = try IDXFile.read(url) },
            FuzzFormat("cifar", ending: "bin", files: cifar + cifar.map(HandmadeFiles.gzipped)) {
                _, url in
                if (try? CIFARBinaryFile.read(url)) != nil { return }
                _ = try CIFARBinaryFile.readHundred(url)
            },
        ]
    }
}

/// Files that nothing in Thaw writes.
public enum HandmadeFiles {
    /// The gzip member that holds `bytes`.
    public static func gzipped(_ bytes: [UInt8]) -> [UInt8] {
        var stream = z_stream()
        let status = deflateInit2_(
            &stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        precondition(status == Z_OK)
        defer { deflateEnd(&stream) }
        var input = bytes
        var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
        let room = output.count
        let written = input.withUnsafeMutableBufferPointer { input in
            output.withUnsafeMutableBufferPointer { output in
                stream.next_in = input.baseAddress
                stream.avail_in = UInt32(input.count)
                stream.next_out = output.baseAddress
                stream.avail_out = UInt32(room)
                precondition(deflate(&stream, Z_FINISH) == Z_STREAM_END)
                return room - Int(stream.avail_out)
            }
        }
        return Array(output[..<written])
    }

    /// A ustar archive.
    static func tar(_ members: [(name: String, contents: [UInt8])]) -> [UInt8] {
        var result: [UInt8] = []
        for member in members {
            var block = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, _ offset: Int) {
                for (index, byte) in text.utf8.enumerated() { block[offset + index] = byte }
            }
            func octal(_ value: Int, width: Int) -> String {
                let digits = String(value, radix: 8)
                return String(repeating: "0", count: width - digits.count) + digits
            }
            put(member.name, 0)
            put("0000644", 100)
            put(octal(member.contents.count, width: 11), 124)
            put("        ", 148)
            put("0", 156)
            put("ustar", 257)
            put("00", 263)
            put(octal(block.reduce(0) { $0 + Int($1) }, width: 6), 148)
            result += block + member.contents
            result += [UInt8](repeating: 0, count: (512 - member.contents.count % 512) % 512)
        }
        return result + [UInt8](repeating: 0, count: 1024)
    }
}
