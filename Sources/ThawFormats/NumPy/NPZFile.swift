public import Foundation
public import ThawTensor

/// NumPy's format for several arrays by name: a zip archive with one ``NPYFile`` for each, as `numpy.savez` and
/// `numpy.savez_compressed` write it.
public enum NPZFile {
    /// What a file holds.
    public struct Contents: Sendable, Equatable {
        /// The names in the order of the file, without the ending `.npy`.
        public let names: [String]
        /// The tensors by name.
        public let tensors: [String: Tensor]
    }

    private static let ending = ".npy"

    /// The tensors in the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - names: which arrays to read, without the ending `.npy`; all of them when `nil`. The others are not looked at, so
    ///     that they may be of a type that is refused.
    ///   - limit: the largest size of the file, and of all arrays that are read together, in bytes.
    /// - Throws: ``FormatError`` as ``ZipArchive`` and ``NPYFile`` do; when a file in the archive is no array; when there is
    ///   no array of a name that was asked for.
    public static func read(
        _ url: URL, names: Set<String>? = nil, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> Contents {
        try read(
            try FileBytes.read(path: url.path, limit: limit), names: names, limit: limit, file: url.path)
    }

    /// The tensors in the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - names: which arrays to read; all of them when `nil`.
    ///   - limit: the largest size of all arrays that are read together, in bytes.
    ///   - file: what errors call the data.
    /// - Throws: as for a file.
    public static func read(
        _ bytes: [UInt8], names: Set<String>? = nil, limit: Int = FileBytes.defaultLimit,
        file: String = "data"
    ) throws(FormatError) -> Contents {
        let archive = try ZipArchive(bytes, file: file)
        var found: [String] = []
        var tensors: [String: Tensor] = [:]
        var rest = limit
        for entry in archive.entries {
            let isArray = entry.name.hasSuffix(ending)
            let name = isArray ? String(entry.name.dropLast(ending.count)) : entry.name
            if let names, !names.contains(name) { continue }
            guard isArray else {
                throw FormatError(
                    .malformed, file: file, what: "\"\(name.prefix(200))\" in the archive is no array",
                    expected: "names that end in .npy", remedy: "Check that this is a .npz file")
            }
            let tensor = try NPYFile.read(
                try archive.read(entry.name, limit: rest), file: "\(file), array \"\(name.prefix(200))\"")
            rest -= tensor.byteCount
            guard rest >= 0 else {
                throw FormatError(
                    .tooLarge, file: file, what: "the arrays are too large together",
                    expected: "at most \(limit) bytes", remedy: "Raise the limit if you trust the file")
            }
            found.append(name)
            tensors[name] = tensor
        }
        if let lacking = names?.subtracting(found).min() {
            let known = archive.entries.prefix(8).map { "\"\($0.name.prefix(80))\"" }
            throw FormatError(
                .malformed, file: file, what: "the file has no array \"\(lacking.prefix(200))\"",
                expected: "one of \(known.joined(separator: ", "))")
        }
        return Contents(names: found, tensors: tensors)
    }

    /// Replaces the file at `url` by tensors, in the order of their names. The old file stays whole until the new one is
    /// complete.
    ///
    /// - Parameters:
    ///   - tensors: the tensors by name, of any type but `bfloat16`; names are parts separated by `/`.
    ///   - isCompressed: whether to deflate them, as `numpy.savez_compressed` does.
    ///   - url: the file.
    /// - Throws: ``FormatError`` of kind `unsupported` for a tensor of type `bfloat16` or a name that an archive cannot hold,
    ///   `unwritable` when the system refuses.
    public static func write(
        _ tensors: [String: Tensor], isCompressed: Bool = false, to url: URL
    ) throws(FormatError) {
        try write(
            tensors.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, isCompressed: isCompressed, to: url
        )
    }

    /// Replaces the file at `url` by tensors in an order of yours, as for weights called `arr_0`, `arr_1` and so on.
    ///
    /// - Parameters:
    ///   - tensors: names and tensors.
    ///   - isCompressed: whether to deflate them.
    ///   - url: the file.
    /// - Throws: as for tensors by name; also when a name occurs twice.
    public static func write(
        _ tensors: [(name: String, tensor: Tensor)], isCompressed: Bool = false, to url: URL
    ) throws(FormatError) {
        var items: [ZipArchive.Item] = []
        for (name, tensor) in tensors {
            let header = try NPYFile.header(of: tensor, name: name, file: url.path)
            items.append(
                ZipArchive.Item(name + ending, header: header, tensor: tensor, isCompressed: isCompressed))
        }
        try ZipArchive.write(items, to: url)
    }
}
