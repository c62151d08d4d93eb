import Foundation
import Thaw
import ThawFormats

/// A folder with the files of MNIST or CIFAR under the names under which they are published.
struct DataFolder {
    /// The part that was asked for.
    let file: SampleFile

    init(_ path: String, split: EvaluationData.Split) throws {
        let folder = URL(fileURLWithPath: path, isDirectory: true)
        func existing(_ name: String) -> URL? {
            let url = folder.appendingPathComponent(name)
            return FileManager.default.fileExists(atPath: url.path) ? url : nil
        }
        let prefix = split == .test ? "t10k" : "train"
        for ending in ["", ".gz"] {
            for separator in ["-", "."] {
                guard let images = existing("\(prefix)-images\(separator)idx3-ubyte\(ending)"),
                    let labels = existing("\(prefix)-labels\(separator)idx1-ubyte\(ending)")
                else { continue }
                Console.remark("\(images.lastPathComponent) and \(labels.lastPathComponent) are taken")
                file = .images(try IDXFile.read(images), labels: try IDXFile.read(labels))
                return
            }
        }
        let ten = split == .test ? ["test_batch.bin"] : (1...5).map { "data_batch_\($0).bin" }
        let batches = ten.compactMap(existing)
        if batches.count == ten.count {
            let parts = try batches.map { try CIFARBinaryFile.read($0) }
            Console.remark("\(ten.joined(separator: ", ")) \(ten.count == 1 ? "is" : "are") taken")
            file = .images(
                .concatenate(parts.map(\.images)), labels: .concatenate(parts.map(\.labels)))
            return
        }
        if let hundred = existing("\(split.rawValue).bin") {
            let (images, _, labels) = try CIFARBinaryFile.readHundred(hundred)
            Console.remark("\(hundred.lastPathComponent) is taken, with its fine labels")
            file = .images(images, labels: labels)
            return
        }
        throw ToolError(
            "\(path): the folder holds no \(split.rawValue) data under the standard names; expected "
                + "\(prefix)-images-idx3-ubyte and \(prefix)-labels-idx1-ubyte, with or without .gz, or "
                + "\(ten.joined(separator: ", ")).")
    }
}
