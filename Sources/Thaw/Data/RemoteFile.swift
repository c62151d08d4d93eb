package import Foundation
import ThawFormats
import ThawTensor

/// A file that its publisher offers, and how to know that it is the right one.
package struct RemoteFile: Sendable {
    package let url: URL
    /// The exact size in bytes; nil where it is not published.
    let size: Int?
    /// Nothing larger is taken.
    let limit: Int
    /// What the contents must have; nil where nothing is published.
    package let checksum: FileChecksum?

    package var name: String { url.lastPathComponent }

    /// A file of known size and SHA-256 digest.
    init(url: URL, size: Int, digest: String) {
        (self.url, self.size, limit, checksum) = (url, size, size, .sha256(digest))
    }

    /// A file of which less is published.
    ///
    /// - Parameter limit: the most bytes that it may have.
    package init(url: URL, limit: Int, checksum: FileChecksum?) {
        (self.url, size, self.limit, self.checksum) = (url, nil, limit, checksum)
    }

    /// Downloads the file to `folder` under its own name, creating the folder. A wrong or unfinished file
    /// never gets that name.
    ///
    /// - Throws: ``DownloadError``, and `FormatError` when the folder cannot be written to.
    package func download(to folder: URL) throws {
        do {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        } catch {
            throw DownloadError(
                name: name, reason: "the folder \(folder.path) could not be created (\(error))")
        }
        try AtomicFile.write(to: folder.appendingPathComponent(name)) { file in
            let progress = ProgressLine("Downloading \(name)", total: size)
            defer { progress.finish() }
            let sink = DownloadSink(file: file, expected: self, progress: progress)
            if url.isFileURL {
                try copy(to: sink)
            } else {
                try DownloadTask.run(url, into: sink)
            }
            try sink.verify()
        }
    }

    /// A mirror on this machine.
    private func copy(to sink: DownloadSink) throws {
        guard let source = InputStream(url: url) else {
            throw DownloadError(name: name, reason: "no such file")
        }
        source.open()
        defer { source.close() }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = source.read(&buffer, maxLength: buffer.count)
            if count == 0 { return }
            guard count > 0 else {
                throw DownloadError(
                    name: name, reason: "\(source.streamError.map { "\($0)" } ?? "unreadable")")
            }
            try buffer.withUnsafeBytes { try sink.receive(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}

/// Why a file could not be downloaded.
struct DownloadError: ThawError, Equatable {
    let name: String
    let reason: String

    var description: String {
        // Some of the system's sentences end in a full stop.
        "\(name) could not be downloaded: \(reason.hasSuffix(".") ? String(reason.dropLast()) : reason)."
    }
}

/// Takes the bytes of a download: bounds, counts, digests and writes them.
final class DownloadSink {
    private let file: AtomicFileWriter
    private let expected: RemoteFile
    private let progress: ProgressLine
    private var hasher: ChecksumHasher?

    init(file: AtomicFileWriter, expected: RemoteFile, progress: ProgressLine) {
        self.file = file
        self.expected = expected
        self.progress = progress
        hasher = expected.checksum.flatMap { ChecksumHasher($0) }
    }

    /// - Throws: ``DownloadError`` once there are more bytes than the file has.
    func receive(_ bytes: UnsafeRawBufferPointer) throws {
        try checkSize(file.count + bytes.count)
        hasher?.update(bytes)
        try file.write(bytes)
        progress.update(file.count)
    }

    /// - Throws: ``DownloadError`` when a file of `size` bytes cannot be the right one.
    func checkSize(_ size: Int) throws {
        guard size <= expected.limit else {
            throw DownloadError(
                name: expected.name,
                reason: "it is larger than the \(expected.limit) bytes that it should have")
        }
    }

    /// - Throws: ``DownloadError`` unless exactly the right bytes came.
    func verify() throws {
        if let size = expected.size, file.count != size {
            throw DownloadError(
                name: expected.name, reason: "expected \(size) bytes, got \(file.count)")
        }
        if let difference = hasher.take()?.difference() {
            throw DownloadError(
                name: expected.name, reason: "its contents are not the published ones: \(difference)")
        }
    }
}
