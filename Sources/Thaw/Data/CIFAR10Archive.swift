import Foundation
import ThawFormats
import ThawTensor

/// The archive in which CIFAR-10's binary version is published.
struct CIFAR10Archive: Sendable {
    let file: RemoteFile
    /// The size of each of the six files in it, in bytes.
    let memberSize: Int

    /// As published in Toronto, with MD5 c32a1d4ab5d03f1284b67883e8d87530.
    static var publisher: CIFAR10Archive? {
        URL(string: "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz").map { url in
            CIFAR10Archive(
                file: RemoteFile(
                    url: url, size: 170_052_171,
                    digest: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"),
                memberSize: 10_000 * 3073)
        }
    }

    /// Writes the six files into `folder`, from an archive in `cache` or else downloaded to there. The
    /// archive is removed afterwards if this downloaded it.
    ///
    /// - Throws: ``DownloadError``, or `FormatError` when the archive is damaged, lacks a file, or the folder
    ///   cannot be written to.
    func unpack(into folder: URL, keptIn cache: URL) throws {
        let archive = cache.appendingPathComponent(file.name)
        let isMine = !FileManager.default.fileExists(atPath: archive.path)
        if isMine { try file.download(to: cache) }
        let bytes = try FileBytes.read(path: archive.path, limit: file.limit)
        guard try file.checksum?.difference(in: archive) == nil else {
            throw FormatError(
                .checksumMismatch, file: archive.path, what: "this is not the published archive",
                remedy: "Remove the file")
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try extract(bytes, from: archive.path, into: folder)
        if isMine { try? FileManager.default.removeItem(at: archive) }
    }

    /// Writes the six known files, and nothing else that the archive may name.
    func extract(_ bytes: [UInt8], from path: String, into folder: URL) throws {
        var missing = Set(CIFAR10.trainNames + [CIFAR10.testName])
        // Beside the six: headers, a list of classes, a page of explanations.
        let tar = try TarReader(gzip: bytes, limit: missing.count * memberSize + (1 << 20), file: path)
        while !missing.isEmpty, let member = try tar.next() {
            let known = missing.first { "\(CIFAR10.folderNames[0])/\($0)" == member.name }
            guard let known else { continue }
            guard member.size == memberSize else {
                throw FormatError(
                    .malformed, file: path, what: "\(member.name) in the archive has the wrong size",
                    expected: "\(memberSize) bytes", got: "\(member.size)", remedy: "Get the file again")
            }
            try AtomicFile.write(try tar.contents(), to: folder.appendingPathComponent(known))
            missing.remove(known)
        }
        guard missing.isEmpty else {
            throw FormatError(
                .malformed, file: path,
                what: "the archive lacks \(missing.sorted().joined(separator: ", "))",
                remedy: "Get the file again")
        }
    }
}
