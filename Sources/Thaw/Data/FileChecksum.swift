package import Foundation
import ThawTensor

/// What a publisher says about the contents of a file, in lowercase hexadecimal digits.
package enum FileChecksum: Sendable, Equatable {
    /// SHA-256: all 64 digits, or the first few, as in the names of PyTorch's files.
    case sha256(String)
    /// MD5, where nothing better was published; see `MD5Hasher`.
    case md5(String)

    /// The digits that are expected.
    var digits: String {
        switch self {
        case .sha256(let digits), .md5(let digits): digits
        }
    }

    /// What messages call it.
    var name: String {
        switch self {
        case .sha256: "SHA-256"
        case .md5: "MD5"
        }
    }

    /// Why the contents of a file are not those expected; nil if they are.
    ///
    /// - Throws: ``DownloadError`` if the file cannot be read.
    package func difference(in file: URL) throws -> String? {
        guard let stream = InputStream(url: file) else {
            throw DownloadError(name: file.lastPathComponent, reason: "no such file")
        }
        stream.open()
        defer { stream.close() }
        guard var hasher = ChecksumHasher(self) else { return nil }
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        while true {
            let count = stream.read(&buffer, maxLength: buffer.count)
            if count == 0 { return hasher.difference() }
            guard count > 0 else {
                throw DownloadError(
                    name: file.lastPathComponent, reason: stream.streamError.map { "\($0)" } ?? "unreadable")
            }
            buffer.withUnsafeBytes { hasher.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
        }
    }
}

/// Computes the digest that a checksum is compared with.
struct ChecksumHasher: ~Copyable {
    private let expected: FileChecksum
    private var sha256: SHA256Hasher?
    private var md5: MD5Hasher?

    /// Nil where the system does not compute such a digest.
    init?(_ expected: FileChecksum) {
        self.expected = expected
        switch expected {
        case .sha256:
            sha256 = SHA256Hasher()
            md5 = nil
        case .md5:
            sha256 = nil
            md5 = MD5Hasher()
            if md5 == nil { return nil }
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        sha256?.update(bytes)
        md5?.update(bytes)
    }

    /// What differs, for a message; nil if nothing does.
    consuming func difference() -> String? {
        let digest = sha256.take()?.finalize() ?? md5.take()?.finalize() ?? ""
        return !expected.digits.isEmpty && digest.hasPrefix(expected.digits)
            ? nil : "expected \(expected.name) \(expected.digits), got \(digest)"
    }
}
