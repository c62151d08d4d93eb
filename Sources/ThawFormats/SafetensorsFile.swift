public import Foundation
public import ThawTensor

/// The safetensors format: tensors by name in one file that holds numbers and nothing that could run.
///
/// Eight bytes with the length of the header (little-endian), the header in JSON, then the elements of all tensors, row-major
/// and little-endian, without gaps.
///
/// | name | elements |
/// |---|---|
/// | F64, F32, F16, BF16 | floating point |
/// | I64, I32, U8 | whole numbers |
/// | BOOL | one byte, 0 or 1 |
public enum SafetensorsFile {
    /// What a file holds.
    public struct Contents: Sendable, Equatable {
        /// The tensors by name.
        public var tensors: [String: Tensor]
        /// Texts that were stored beside them.
        public var metadata: [String: String]

        /// Puts tensors and texts together.
        public init(tensors: [String: Tensor], metadata: [String: String] = [:]) {
            self.tensors = tensors
            self.metadata = metadata
        }
    }

    /// The longest header that is accepted, in bytes; as in the format's own library.
    public static let longestHeader = 100_000_000

    private static let types: [(name: String, dtype: DType)] = [
        ("F64", .float64), ("F32", .float32), ("F16", .float16), ("BF16", .bfloat16), ("I64", .int64),
        ("I32", .int32), ("U8", .uint8), ("BOOL", .bool),
    ]

    /// The tensors in the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file that is accepted, in bytes.
    /// - Throws: ``FormatError`` when the file cannot be read or is damaged: the header must fit into the file, each tensor's
    ///   offsets must fit its shape and type, and together the tensors must cover the data exactly, without overlap. All of it
    ///   is checked before memory is allocated for a tensor.
    public static func read(
        _ url: URL, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> Contents {
        try read(.file(try OpenFile(path: url.path, limit: limit)), file: url.path)
    }

    /// The tensors in the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - file: what errors call it.
    /// - Throws: as for a file.
    public static func read(_ bytes: [UInt8], file: String = "data") throws(FormatError) -> Contents {
        try read(.memory(bytes), file: file)
    }

    /// Reads the header, and then each tensor straight into its own memory.
    private static func read(_ bytes: StoredBytes, file: String) throws(FormatError) -> Contents {
        guard bytes.count >= 8 else {
            throw FormatError(
                .truncated, file: file, what: "this is too short for a safetensors file",
                expected: "at least 8 bytes", got: "\(bytes.count)")
        }
        let claimed = try bytes.bytes(0..<8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard claimed <= UInt64(min(bytes.count - 8, longestHeader)) else {
            throw FormatError(
                claimed > UInt64(longestHeader) ? .malformed : .truncated, file: file,
                what: "the header of this safetensors file does not fit",
                expected: "at most \(min(bytes.count - 8, longestHeader)) bytes", got: "\(claimed)",
                remedy: "Check that this is a safetensors file, and complete")
        }
        let start = 8 + Int(claimed)
        let header = try SafetensorsHeader(try bytes.bytes(8..<start)[...], file: file)
        let places = try checkedPlaces(header, dataCount: bytes.count - start, file: file)
        var tensors: [String: Tensor] = [:]
        for (entry, dtype) in places {
            tensors[entry.name] = try Tensor(fillingAllOf: entry.shape, dtype: dtype) {
                target throws(FormatError) in
                try bytes.read(at: start + entry.begin, into: target)
                // A bool's byte is read as Swift's Bool, which has no third value.
                guard dtype == .bool, let other = target.first(where: { $0 > 1 }) else { return }
                throw FormatError(
                    .malformed, file: file, what: "tensor \"\(entry.name.prefix(80))\" is BOOL",
                    expected: "bytes of 0 and 1", got: "\(other)")
            }
        }
        return Contents(tensors: tensors, metadata: header.metadata)
    }

    /// A file of tensors as bytes, as `write` writes it.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` for a tensor named `__metadata__`.
    public static func bytes(
        of tensors: [String: Tensor], metadata: [String: String] = [:]
    ) throws(FormatError) -> [UInt8] {
        let (header, ordered) = try prepared(tensors, metadata: metadata, file: "safetensors")
        return ordered.reduce(into: header) { bytes, entry in
            entry.value.withUnsafeBytes { bytes.append(contentsOf: $0) }
        }
    }

    /// What comes before the elements, and the tensors in the order in which their elements follow.
    private static func prepared(
        _ tensors: [String: Tensor], metadata: [String: String], file: String
    ) throws(FormatError) -> (header: [UInt8], ordered: [(key: String, value: Tensor)]) {
        guard tensors["__metadata__"] == nil else {
            throw FormatError(
                .unsupported, file: file,
                what: "a safetensors file cannot hold a tensor named __metadata__",
                remedy: "Give it another name")
        }
        // The widest elements first, so that all of them are aligned.
        let ordered = tensors.sorted {
            ($1.value.dtype.byteCount, $0.key) < ($0.value.dtype.byteCount, $1.key)
        }
        var fields: [String] = []
        if !metadata.isEmpty {
            let texts = metadata.sorted { $0.key < $1.key }.map {
                "\(JSONValue.quoted($0)):\(JSONValue.quoted($1))"
            }
            fields.append("\"__metadata__\":{\(texts.joined(separator: ","))}")
        }
        var offset = 0
        for (name, tensor) in ordered {
            let type = types.first { $0.dtype == tensor.dtype }?.name ?? ""
            let shape = tensor.shape.map { String($0) }.joined(separator: ",")
            let end = offset + tensor.byteCount
            fields.append(
                "\(JSONValue.quoted(name)):{\"dtype\":\"\(type)\",\"shape\":[\(shape)],\"data_offsets\":[\(offset),\(end)]}"
            )
            offset = end
        }
        var header = Array("{\(fields.joined(separator: ","))}".utf8)
        header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
        return (length + header, ordered)
    }

    /// Replaces the file at `url` by tensors. The old file stays whole until the new one is complete.
    ///
    /// - Parameters:
    ///   - tensors: the tensors by name.
    ///   - metadata: texts to store beside them.
    ///   - url: the file.
    /// - Throws: ``FormatError`` of kind `unsupported` for a tensor named `__metadata__`, `unwritable` when the system refuses.
    public static func write(
        _ tensors: [String: Tensor], metadata: [String: String] = [:], to url: URL
    ) throws(FormatError) {
        let (header, ordered) = try prepared(tensors, metadata: metadata, file: url.path)
        do {
            try AtomicFile.write(to: url) { file in
                try file.write(header)
                // Every platform that Swift runs on is little-endian, as the format is.
                for (_, tensor) in ordered { try tensor.withUnsafeBytes { try file.write($0) } }
            }
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    /// The entries with their types, once they are known to cover the data exactly.
    private static func checkedPlaces(
        _ header: SafetensorsHeader, dataCount: Int, file: String
    ) throws(FormatError) -> [(SafetensorsHeader.Entry, DType)] {
        var places: [(SafetensorsHeader.Entry, DType)] = []
        var covered = 0
        for entry in header.entries.sorted(by: { ($0.begin, $0.end) < ($1.begin, $1.end) }) {
            let name = "tensor \"\(entry.name.prefix(80))\""
            guard let dtype = types.first(where: { $0.name == entry.type })?.dtype else {
                throw FormatError(
                    .unsupported, file: file, what: "\(name) has elements of a type that is not supported",
                    expected: types.map(\.name).joined(separator: ", "), got: "\(entry.type.prefix(80))")
            }
            // Extents of 0 must not hide an absurd product of the others.
            guard TensorShape.byteCount(entry.shape.map { max($0, 1) }, dtype: dtype) != nil,
                let count = TensorShape.byteCount(entry.shape, dtype: dtype)
            else { throw header.malformed("\(name) has an absurd shape") }
            guard entry.end - entry.begin == count else {
                throw header.malformed(
                    "\(name) of shape \(entry.shape) takes \(count) bytes, its offsets say "
                        + "\(entry.end - entry.begin)")
            }
            guard entry.begin == covered else {
                throw header.malformed(
                    "\(name) begins at byte \(entry.begin) of the data, the one before it ends at \(covered)")
            }
            covered = entry.end
            places.append((entry, dtype))
        }
        guard covered == dataCount else {
            throw FormatError(
                covered > dataCount ? .truncated : .malformed, file: file,
                what: "the data does not fit the header of this safetensors file",
                expected: "\(covered) bytes", got: "\(dataCount)", remedy: "Get the file again")
        }
        return places
    }
}
