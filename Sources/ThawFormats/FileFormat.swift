public import Foundation

/// The format of a file, as its contents tell it.
public enum FileFormat: String, Sendable, Hashable, CaseIterable {
    /// ``SafetensorsFile``.
    case safetensors
    /// ``NPYFile``.
    case npy
    /// ``NPZFile``.
    case npz
    /// ``HDF5File``, of whatever contents.
    case hdf5
    /// ``TorchCheckpoint``, in either format.
    case torch
    /// A model of Keras 3: a zip archive with `config.json` and `model.weights.h5`.
    case keras
    /// A zip archive that is none of the above.
    case zip
    /// ``IDXFile``, plain or compressed with gzip.
    case idx
    /// Text, plain or compressed with gzip: perhaps a ``CSVFile``.
    case text

    /// How many bytes from the start are looked at.
    private static let prefixCount = 4096

    /// The format of the file at `url`, or nil if it is none of these. Its ending does not matter.
    ///
    /// The contents may still be damaged; only what tells the formats apart is looked at.
    ///
    /// - Throws: ``FormatError`` of kind `unreadable` for what is no plain file or cannot be read, `malformed` for an empty
    ///   file, and as ``ZipArchive`` and ``Gzip`` do.
    public static func detect(_ url: URL) throws(FormatError) -> FileFormat? {
        let (prefix, size) = try FileBytes.prefix(path: url.path, count: prefixCount)
        guard size > 0 else {
            throw FormatError(
                .malformed, file: url.path, what: "the file is empty", remedy: "Get the file again")
        }
        if prefix.starts(with: [0x50, 0x4B]) { return try archive(url) }
        guard Gzip.isGzip(prefix) else { return detect(prefix: prefix, size: size) }
        let bytes = try FileBytes.read(path: url.path)
        let reader = try GzipReader(bytes, file: url.path)
        let start = try reader.read(count: prefixCount)
        let inner = detect(prefix: start, size: .max)
        return inner == .idx || inner == .text ? inner : nil
    }

    /// The format of a file of `size` bytes that begins with `prefix`, where that is no archive.
    private static func detect(prefix: [UInt8], size: Int) -> FileFormat? {
        if prefix.starts(with: [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]) { return .npy }
        if HDF5File.isHDF5(prefix) { return .hdf5 }
        if prefix.count > 8, prefix[8] == UInt8(ascii: "{") {
            let header = prefix[..<8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            if header >= 2, header <= UInt64(size - 8) { return .safetensors }
        }
        if prefix.count >= 4, prefix[0] == 0, prefix[1] == 0, IDXElement(rawValue: prefix[2]) != nil {
            return .idx
        }
        // A pickle begins with its protocol.
        if prefix.count >= 2, prefix[0] == 0x80, (1...5).contains(prefix[1]) { return .torch }
        let isText = prefix.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (9...13).contains($0) }
        // A character may be cut in two at the end.
        let cut = (0...3).contains { String(validating: prefix.dropLast($0), as: UTF8.self) != nil }
        return isText && cut ? .text : nil
    }

    private static func archive(_ url: URL) throws(FormatError) -> FileFormat {
        let names = try ZipArchive(url).entries.map(\.name)
        if names.contains("config.json"), names.contains("model.weights.h5") { return .keras }
        if names.contains(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) { return .torch }
        if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) { return .npz }
        return .zip
    }
}

extension FileBytes {
    /// The first `count` bytes of the file at `path`, or all if there are fewer, and its size.
    static func prefix(path: String, count: Int) throws(FormatError) -> (bytes: [UInt8], size: Int) {
        func unreadable(_ reason: String) -> FormatError {
            FormatError(
                .unreadable, file: path, what: "the file could not be read (\(reason))",
                remedy: "Check the path and its permissions")
        }
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(systemError()) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0 else { throw unreadable(systemError()) }
        guard information.st_mode & S_IFMT == S_IFREG else {
            throw FormatError(
                .unreadable, file: path, what: "this is not a plain file", remedy: "Give the path of a file")
        }
        var bytes = [UInt8](repeating: 0, count: min(count, Int(information.st_size)))
        let read = bytes.withUnsafeMutableBytes { Foundation.read(descriptor, $0.baseAddress, $0.count) }
        guard read >= 0 else { throw unreadable(systemError()) }
        bytes.removeLast(bytes.count - read)
        return (bytes, Int(information.st_size))
    }
}
