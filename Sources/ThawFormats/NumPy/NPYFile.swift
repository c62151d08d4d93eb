public import Foundation
public import ThawTensor

/// NumPy's format for one array (NEP 1), versions 1 to 3.
///
/// The bytes `93 4E 55 4D 50 59`, two for the version, the length of the header, the header as a Python dictionary with
/// `descr`, `fortran_order` and `shape`, then the elements. The dictionary is read by a small parser; nothing is evaluated.
///
/// | NumPy's type, little- or big-endian | tensor |
/// |---|---|
/// | `b1`, `u1`, `i4`, `i8`, `f2`, `f4`, `f8` | `bool`, `uint8`, `int32`, `int64`, `float16`, `float32`, `float64` |
/// | `i1`, `i2`, `u2` | `int32` |
/// | `u4`, and `u8` up to 2^63 - 1 | `int64` |
///
/// Arrays in Fortran's order become row-major ones of the same shape. Arrays of objects, which hold a pickle that would run
/// code, are refused, as are structured, complex and text types.
public enum NPYFile {
    private static let magic: [UInt8] = [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59]

    /// The tensor in the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file that is accepted, in bytes.
    /// - Throws: ``FormatError`` when the file cannot be read, is damaged, holds less or more than its header says, or
    ///   elements of a type that is not in the table. The header's claims are checked against the size of the file before
    ///   memory is allocated for them.
    public static func read(_ url: URL, limit: Int = FileBytes.defaultLimit) throws(FormatError) -> Tensor {
        try read(try FileBytes.read(path: url.path, limit: limit), file: url.path)
    }

    /// The tensor in the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - file: what errors call it.
    /// - Throws: as for a file.
    public static func read(_ bytes: [UInt8], file: String = "data") throws(FormatError) -> Tensor {
        guard bytes.starts(with: magic), bytes.count >= 10 else {
            throw FormatError(
                magic.starts(with: bytes.prefix(6)) ? .truncated : .malformed, file: file,
                what: "this is not a .npy file", expected: "the bytes 93 4e 55 4d 50 59 at the start")
        }
        guard (1...3).contains(bytes[6]), bytes[7] == 0 else {
            throw FormatError(
                .unsupported, file: file, what: "this version of the .npy format is not known",
                expected: "1.0, 2.0 or 3.0", got: "\(bytes[6]).\(bytes[7])")
        }
        let width = bytes[6] == 1 ? 2 : 4
        let length = bytes[8..<min(8 + width, bytes.count)].reversed().reduce(0) { $0 << 8 | Int($1) }
        guard bytes.count >= 8 + width, length <= bytes.count - 8 - width else {
            throw FormatError(
                .truncated, file: file, what: "the file ends too early, in the header",
                expected: "\(8 + width + length) bytes", got: "\(bytes.count)", remedy: "Get the file again")
        }
        let start = 8 + width + length
        let header = try NPYHeader(bytes[8 + width..<start], file: file)
        return try tensor(header, bytes, start: start, file: file)
    }

    /// Replaces the file at `url` by `tensor`. The old file stays whole until the new one is complete.
    ///
    /// - Parameters:
    ///   - tensor: of any type but `bfloat16`, which NumPy does not have.
    ///   - url: the file.
    /// - Throws: ``FormatError`` of kind `unsupported` for another tensor, `unwritable` when the system refuses.
    public static func write(_ tensor: Tensor, to url: URL) throws(FormatError) {
        let header = try header(of: tensor, file: url.path)
        do {
            try AtomicFile.write(to: url) { file in
                try file.write(header)
                // Every platform that Swift runs on is little-endian, and the header says so.
                try tensor.withUnsafeBytes { try file.write($0) }
            }
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    /// What stands before the elements of `tensor` in a file.
    static func header(of tensor: Tensor, name: String? = nil, file: String) throws(FormatError) -> [UInt8] {
        let type: String
        switch tensor.dtype {
        case .bool: type = "|b1"
        case .uint8: type = "|u1"
        case .int32: type = "<i4"
        case .int64: type = "<i8"
        case .float16: type = "<f2"
        case .float32: type = "<f4"
        case .float64: type = "<f8"
        case .bfloat16:
            throw FormatError(
                .unsupported, file: file,
                what: "NumPy has no bfloat16\(name.map { ", the type of \"\($0)\"" } ?? "")",
                remedy: "Use cast(to: .float32) first")
        }
        guard tensor.rank <= NPYHeader.largestRank else {
            throw FormatError(
                .unsupported, file: file, what: "NumPy has no arrays of \(tensor.rank) axes",
                expected: "at most \(NPYHeader.largestRank)")
        }
        let extents = tensor.shape.map { "\($0)" }.joined(separator: ", ")
        let shape = tensor.rank == 1 ? "(\(extents),)" : "(\(extents))"
        var text = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }".utf8)
        // The elements begin at a multiple of 64 bytes.
        let padding = (64 - (10 + text.count + 1) % 64) % 64
        text += [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
        return magic + [1, 0, UInt8(text.count & 0xFF), UInt8(text.count >> 8)] + text
    }

    private static func tensor(
        _ header: NPYHeader, _ bytes: [UInt8], start: Int, file: String
    ) throws(FormatError) -> Tensor {
        let (elements, shape) = (header.elements, header.shape)
        // Extents of 0 must not hide an absurd product of the others, nor may a type that becomes wider.
        guard let all = TensorShape.elementCount(shape.map { max($0, 1) }),
            !all.multipliedReportingOverflow(by: 8).overflow, let count = TensorShape.elementCount(shape)
        else {
            throw FormatError(
                .malformed, file: file, what: "the shape \(shape) in the header is absurd",
                remedy: "Get the file again")
        }
        guard bytes.count - start == count * elements.width else {
            throw FormatError(
                bytes.count - start < count * elements.width ? .truncated : .malformed, file: file,
                what: "the size of the file does not fit the shape \(shape) in its header",
                expected: "\(start + count * elements.width) bytes", got: "\(bytes.count)",
                remedy: "Get the file again")
        }
        let strides =
            header.isFortranOrder
            ? Array(TensorShape.strides(shape.reversed()).reversed()) : TensorShape.strides(shape)
        let layout = StoredElements.Layout(shape: shape, strides: strides)
        let result: Result<Tensor, StoredElements.Objection> = bytes.withUnsafeBytes { bytes in
            let part = UnsafeRawBufferPointer(rebasing: bytes[start...])
            return Result { () throws(StoredElements.Objection) in
                try elements.tensor(part, layout, isBigEndian: header.isBigEndian)
            }
        }
        switch result {
        case .success(let tensor): return tensor
        case .failure(let objection): throw objection.error(file: file, subject: "the array")
        }
    }
}

extension StoredElements.Objection {
    /// The objection as an error about `subject` in `file`.
    func error(file: String, subject: String) -> FormatError {
        switch self {
        case .notBool(let byte):
            FormatError(
                .malformed, file: file, what: "\(subject) is of type bool", expected: "bytes of 0 and 1",
                got: "\(byte)")
        case .tooLarge(let value):
            FormatError(
                .unsupported, file: file, what: "\(subject) holds numbers that int64 does not",
                expected: "at most \(Int64.max)", got: "\(value)")
        }
    }
}
