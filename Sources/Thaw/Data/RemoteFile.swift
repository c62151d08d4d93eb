import Foundation
import ThawFormats
import ThawTensor

/// A file that its publisher offers, and how to know that it is the right one.
struct RemoteFile: Sendable {
    let url: URL
    /// The exact size in bytes; nothing larger is taken.
    let size: Int
    /// The SHA-256 digest, in lowercase hexadecimal digits.
    let digest: String

    var name: String { url.lastPathComponent }

    /// Downloads the file to `folder` under its own name, creating the folder. A wrong or unfinished file
    /// never gets that name.
    ///
    /// - Throws: ``DownloadError``, and `FormatError` when the folder cannot be written to.
    func download(to folder: URL) throws {
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

    var description: String { "\(name) could not be downloaded: \(reason)." }
}

/// Takes the bytes of a download: bounds, counts, digests and writes them.
final class DownloadSink {
    private let file: AtomicFileWriter
    private let expected: RemoteFile
    private let progress: ProgressLine
    private var hasher: SHA256Hasher? = SHA256Hasher()

    init(file: AtomicFileWriter, expected: RemoteFile, progress: ProgressLine) {
        self.file = file
        self.expected = expected
        self.progress = progress
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
        guard size <= expected.size else {
            throw DownloadError(
                name: expected.name,
                reason: "it is larger than the \(expected.size) bytes that it should have")
        }
    }

    /// - Throws: ``DownloadError`` unless exactly the right bytes came.
    func verify() throws {
        guard file.count == expected.size else {
            throw DownloadError(
                name: expected.name, reason: "expected \(expected.size) bytes, got \(file.count)")
        }
        guard let hasher = hasher.take() else { return }
        let digest = hasher.finalize()
        guard digest == expected.digest else {
            throw DownloadError(
                name: expected.name,
                reason:
                    "its contents are not the published ones: "
                    + "expected SHA-256 \(expected.digest), got \(digest)"
            )
        }
    }
}
