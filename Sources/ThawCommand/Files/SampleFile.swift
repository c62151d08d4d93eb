import Foundation
import Thaw
import ThawFormats

/// A file of data: samples to predict from or to evaluate on.
enum SampleFile {
    /// Arrays by name, samples on axis 0: `.npz`, and with one array `.npy` and IDX.
    case arrays([TensorFile.Entry])
    /// CIFAR's images with their labels.
    case images(Tensor, labels: Tensor)
    /// A row of numbers for each sample.
    case table(CSVFile.Contents)

    /// The formats that are read, for help and errors.
    static let known = ".npy, .npz, IDX (also .gz), CIFAR's binary format (.bin) and CSV"

    init(_ path: String) throws {
        let url = URL(fileURLWithPath: path)
        // Nothing but the ending tells this format, which has no mark at its start.
        if path.hasSuffix(".bin") || path.hasSuffix(".bin.gz") {
            self = try Self.cifar(url)
            return
        }
        switch try FileFormat.detect(url) {
        case .npy, .npz, .idx: self = .arrays(try TensorFile(url).entries)
        case .text:
            let contents = try CSVFile.read(url)
            if let columns = contents.columns {
                let names = columns.prefix(6).joined(separator: ", ") + (columns.count > 6 ? ", ..." : "")
                Console.remark("line 1 of \(path) is taken as the names of its columns: \(names)")
            }
            self = .table(contents)
        default: throw ToolError("\(path): this is no data that can be read; expected \(Self.known).")
        }
    }

    /// CIFAR-10, or CIFAR-100 with its fine labels, which has a byte more for each image.
    private static func cifar(_ url: URL) throws -> SampleFile {
        do throws(FormatError) {
            let ten = try CIFARBinaryFile.read(url)
            return .images(ten.images, labels: ten.labels)
        } catch {
            guard error.kind != .unreadable, let hundred = try? CIFARBinaryFile.readHundred(url) else {
                throw error
            }
            return .images(hundred.images, labels: hundred.fineLabels)
        }
    }
}
