public import Foundation
public import ThawTensor

/// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky 2009): records of one or two label bytes and
/// 3,072 pixel bytes, a plane of 32 x 32 for red, then green, then blue.
///
/// Images come channels last. Files compressed with gzip are recognised by their contents.
public enum CIFARBinaryFile {
    /// The images of a CIFAR-10 batch, `uint8 [n, 32, 32, 3]`, and their labels, `int32 [n]`, 0 to 9.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file, before and after decompression, that is accepted, in
    ///     bytes.
    /// - Throws: ``FormatError`` when the file cannot be read, is empty, is not a whole number of records of
    ///   3,073 bytes, or has a label above 9.
    public static func read(
        _ url: URL, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> (images: Tensor, labels: Tensor) {
        let records = try Records(url, labelCount: 1, limit: limit)
        return (records.images(), try records.labels(0, below: 10))
    }

    /// The images of a CIFAR-100 file, `uint8 [n, 32, 32, 3]`, and their labels, `int32 [n]`: coarse ones 0
    /// to 19, fine ones 0 to 99.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file, before and after decompression, that is accepted, in
    ///     bytes.
    /// - Throws: ``FormatError`` as ``read(_:limit:)`` does, with records of 3,074 bytes.
    public static func readHundred(
        _ url: URL, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> (images: Tensor, coarseLabels: Tensor, fineLabels: Tensor) {
        let records = try Records(url, labelCount: 2, limit: limit)
        return (records.images(), try records.labels(0, below: 20), try records.labels(1, below: 100))
    }
}

/// The bytes of a file, known to be a whole number of records.
private struct Records {
    static let plane = 32 * 32

    let file: String
    let labelCount: Int
    let bytes: [UInt8]
    let count: Int

    var size: Int { labelCount + 3 * Self.plane }

    init(_ url: URL, labelCount: Int, limit: Int) throws(FormatError) {
        file = url.path
        self.labelCount = labelCount
        let contents = try FileBytes.read(path: file, limit: limit)
        bytes =
            Gzip.isGzip(contents) ? try Gzip.decompress(contents, limit: limit, file: file) : contents
        let size = labelCount + 3 * Self.plane
        count = bytes.count / size
        guard count > 0, bytes.count % size == 0 else {
            throw FormatError(
                bytes.count < size ? .truncated : .malformed, file: file,
                what: "this is not a CIFAR-\(labelCount == 1 ? 10 : 100) binary file",
                expected: "a whole number of records of \(size) bytes", got: "\(bytes.count) bytes",
                remedy: "Get the file again, in its binary version")
        }
    }

    /// The planes of each record, interleaved.
    func images() -> Tensor {
        Tensor(shape: [count, 32, 32, 3], dtype: .uint8) { target in
            bytes.withUnsafeBytes { source in
                for record in 0..<count {
                    let from = record * size + labelCount
                    let to = record * 3 * Self.plane
                    for pixel in 0..<Self.plane {
                        target[to + 3 * pixel] = source[from + pixel]
                        target[to + 3 * pixel + 1] = source[from + Self.plane + pixel]
                        target[to + 3 * pixel + 2] = source[from + 2 * Self.plane + pixel]
                    }
                }
            }
        }
    }

    /// The label byte at `offset` of each record.
    func labels(_ offset: Int, below limit: Int) throws(FormatError) -> Tensor {
        var labels: [Int32] = []
        labels.reserveCapacity(count)
        for record in 0..<count {
            let label = Int32(bytes[record * size + offset])
            guard label < limit else {
                throw FormatError(
                    .malformed, file: file, what: "the label of record \(record) is out of range",
                    expected: "0 to \(limit - 1)", got: "\(label)", remedy: "Get the file again")
            }
            labels.append(label)
        }
        return Tensor(labels)
    }
}
