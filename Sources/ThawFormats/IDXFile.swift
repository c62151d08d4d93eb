public import Foundation
public import ThawTensor

/// The IDX format, in which MNIST, Fashion-MNIST and their relatives are published.
///
/// Two zero bytes, a byte for the element type, a byte for the number of axes, the extent of each axis as a
/// big-endian 32-bit number, then the elements, big-endian and row-major. A file that is compressed with gzip
/// is recognised by its contents.
///
/// | code | elements | tensor |
/// |---|---|---|
/// | 08 | unsigned 8-bit | `uint8` |
/// | 09, 0B, 0C | signed 8, 16 and 32-bit | `int32` |
/// | 0D | IEEE 754 binary32 | `float32` |
/// | 0E | IEEE 754 binary64 | `float64` |
public enum IDXFile {
    /// The tensor in the file at `url`, of the shape that the file names (`[]` for no axes).
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file, and of the elements in it, that is accepted, in
    ///     bytes.
    /// - Throws: ``FormatError`` when the file cannot be read, is damaged, or holds less or more than its
    ///   header says. The header's claims are checked against the size of the file before memory is allocated
    ///   for them.
    public static func read(_ url: URL, limit: Int = FileBytes.defaultLimit) throws(FormatError) -> Tensor {
        let source = try ByteSource(path: url.path, limit: limit)
        let header = try source.read(count: 4, of: "the header")
        guard header[0] == 0, header[1] == 0, let element = IDXElement(rawValue: header[2]) else {
            throw FormatError(
                .malformed, file: source.file, what: "this is not an IDX file",
                expected: "00 00 and a type code of 08, 09, 0b, 0c, 0d or 0e",
                got: header.prefix(3).map(hexadecimal).joined(separator: " "))
        }
        let rank = Int(header[3])
        let extents = try source.read(count: 4 * rank, of: "the shape")
        let shape = (0..<rank).map { axis in
            extents[4 * axis..<4 * axis + 4].reduce(0) { $0 << 8 | Int($1) }
        }
        let byteCount = try checkedByteCount(shape, element, source, limit: limit)
        let bytes = try source.read(count: byteCount, of: "the elements")
        try source.requireEnd()
        return Tensor(shape: shape, dtype: element.dtype) { buffer in
            bytes.withUnsafeBytes { element.decode($0, into: buffer) }
        }
    }

    /// Replaces the file at `url` by `tensor`, uncompressed. The old file stays whole until the new one is
    /// complete.
    ///
    /// - Parameters:
    ///   - tensor: of type `uint8`, `int32`, `float32` or `float64`, at most 255 axes with extents
    ///     below 2^32.
    ///   - url: the file.
    /// - Throws: ``FormatError`` of kind `unsupported` for another tensor, `unwritable` when the system
    ///   refuses.
    public static func write(_ tensor: Tensor, to url: URL) throws(FormatError) {
        guard let element = IDXElement(storing: tensor.dtype) else {
            throw FormatError(
                .unsupported, file: url.path,
                what: "an IDX file cannot hold elements of type \(tensor.dtype)",
                expected: "uint8, int32, float32 or float64", remedy: "Use cast(to:) first")
        }
        guard tensor.rank <= 255, tensor.shape.allSatisfy({ $0 <= Int(UInt32.max) }) else {
            throw FormatError(
                .unsupported, file: url.path, what: "an IDX file cannot hold the shape \(tensor.shape)",
                expected: "at most 255 axes with extents below 2^32")
        }
        var header: [UInt8] = [0, 0, element.rawValue, UInt8(tensor.rank)]
        for extent in tensor.shape {
            header += withUnsafeBytes(of: UInt32(extent).bigEndian) { Array($0) }
        }
        do {
            try AtomicFile.write(to: url) { file in
                try file.write(header)
                try writeElements(of: tensor, to: file)
            }
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    /// The bytes that the elements take in the file, once the claim is known to be possible.
    private static func checkedByteCount(
        _ shape: [Int], _ element: IDXElement, _ source: ByteSource, limit: Int
    ) throws(FormatError) -> Int {
        // Extents of 0 must not hide an absurd product of the others.
        let nonzero = shape.map { max($0, 1) }
        guard TensorShape.byteCount(nonzero, dtype: element.dtype) != nil,
            let count = TensorShape.elementCount(shape)
        else {
            throw FormatError(
                .malformed, file: source.file, what: "the shape \(shape) in the header is absurd",
                remedy: "Get the file again")
        }
        let byteCount = count * element.width
        let header = 4 + 4 * shape.count
        if let size = source.knownCount, size - header != byteCount {
            throw FormatError(
                size - header < byteCount ? .truncated : .malformed, file: source.file,
                what: "the size of the file does not fit the shape \(shape) in its header",
                expected: "\(header + byteCount) bytes", got: "\(size)", remedy: "Get the file again")
        }
        guard byteCount <= source.largestCount - header else {
            throw source.truncated("the elements", expected: byteCount, got: source.largestCount - header)
        }
        guard count * element.dtype.byteCount <= limit else {
            throw FormatError(
                .tooLarge, file: source.file, what: "the elements of shape \(shape) are too large",
                expected: "at most \(limit) bytes", got: "\(count * element.dtype.byteCount)",
                remedy: "Raise the limit if you trust the file")
        }
        return byteCount
    }

    private static func writeElements(of tensor: Tensor, to file: AtomicFileWriter) throws {
        let width = tensor.dtype.byteCount
        try tensor.withUnsafeBytes { bytes in
            guard width > 1 else { return try file.write(bytes) }
            var start = 0
            while start < bytes.count {
                let end = min(start + (1 << 20), bytes.count)
                var part = Array(bytes[start..<end])
                if 1.littleEndian == 1 { reverseBytes(&part, width: width) }
                try file.write(part)
                start = end
            }
        }
    }

    private static func reverseBytes(_ bytes: inout [UInt8], width: Int) {
        for start in stride(from: 0, to: bytes.count, by: width) {
            bytes[start..<start + width].reverse()
        }
    }

    private static func hexadecimal(_ byte: UInt8) -> String {
        (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }
}
