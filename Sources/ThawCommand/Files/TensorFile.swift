import Foundation
import Thaw
import ThawFormats

/// The tensors in a file of any format that holds some, read one after the other.
struct TensorFile {
    /// One of them.
    struct Entry {
        /// What people call it: `conv2d/kernel`, `layer1.0.conv1.weight`.
        var name: String
        /// What the file calls it: `layers/conv2d/vars/0`.
        let path: String
        /// Whether it is the model's, and not an optimizer's or a random generator's.
        var isParameter = true
        /// Reads it.
        let read: () throws -> Tensor
    }

    let file: String
    let format: FileFormat
    /// What the file is, for people.
    let title: String
    /// The model that it holds beside its weights, if any.
    let model: SavedModel?
    /// In the order of the layers where the file tells it.
    let entries: [Entry]
    /// Which dictionary of a PyTorch checkpoint they are of, where there are several.
    private(set) var dictionary: TensorDictionary?

    /// The endings by which people know the formats that are read.
    static let known = ".keras, .h5, .safetensors, .npz, .npy, and PyTorch's .pt, .pth, .th and .bin"

    /// - Parameters:
    ///   - url: the file.
    ///   - dictionary: the name of a dictionary of a PyTorch checkpoint; nil for the usual one.
    init(_ url: URL, dictionary name: String? = nil) throws {
        file = url.relativePath
        guard let format = try FileFormat.detect(url), format != .text, format != .zip else {
            throw ToolError(
                "\(url.path): this is no file of tensors; expected one of the formats \(Self.known).")
        }
        self.format = format
        guard name == nil || format == .torch else {
            throw ToolError("\(url.path): --dictionary is for PyTorch's checkpoints, and this is none.")
        }
        switch format {
        case .safetensors:
            title = "safetensors file"
            model = nil
            entries = try SafetensorsFile.read(url).tensors
                .sorted { $0.key.compare($1.key, options: .numeric) == .orderedAscending }
                .map { name, tensor in Entry(name: name, path: name) { tensor } }
        case .npz:
            title = "NumPy archive"
            model = nil
            let archive = try ZipArchive(url)
            entries = archive.entries.map { entry in
                let name = String(entry.name.dropLast(".npy".count))
                return Entry(name: name, path: name) {
                    try NPYFile.read(
                        archive.read(entry.name), file: "\(url.path), array \"\(name.prefix(200))\"")
                }
            }
        case .torch:
            var checkpoint = try TorchCheckpoint.read(url)
            if let name { checkpoint = try checkpoint.dictionary(named: name, file: url.path) }
            dictionary = TensorDictionary(checkpoint)
            if !checkpoint.leftOut.isEmpty { Console.remark(Self.remark(on: checkpoint.leftOut, in: url)) }
            title = "PyTorch checkpoint\(checkpoint.format == .legacy ? " (legacy format)" : "")"
            model = nil
            entries = checkpoint.tensors.map { name, tensor in Entry(name: name, path: name) { tensor } }
        case .hdf5:
            let hdf5 = try HDF5File(url)
            model = try SavedModel(hdf5, file: url.path)
            let tensors = try HDF5Tensors(hdf5, layers: model?.layers ?? [])
            title = model.map { "whole model of \($0.writer), HDF5" } ?? tensors.title
            entries = tensors.entries
        case .keras:
            let archive = try ZipArchive(url)
            let saved = try SavedModel(archive)
            model = saved
            title = "whole model of \(saved.writer)"
            let bytes = try archive.read("model.weights.h5")
            // Without the names where a layer is not known.
            let names = (try? KerasParameterNames.read(archive)) ?? []
            entries = try HDF5Tensors(HDF5File(bytes, file: "\(url.path)/model.weights.h5"), names: names)
                .entries
        case .npy, .idx, .text, .zip:
            title = format == .idx ? "IDX file" : "NumPy array"
            model = nil
            let name = url.deletingPathExtension().lastPathComponent
            entries = [
                Entry(name: name, path: name) {
                    try format == .idx ? IDXFile.read(url) : NPYFile.read(url)
                }
            ]
        }
    }

    private static func remark(on leftOut: [(name: String, object: String)], in url: URL) -> String {
        let shown = leftOut.prefix(4).map { "\(PlainText.of($0.name)) (\(PlainText.of($0.object)))" }
        let more = leftOut.count > 4 ? " and \(leftOut.count - 4) more" : ""
        return
            "\(url.relativePath): not read, since only its own program can: \(shown.joined(separator: ", "))\(more)"
    }

    /// Throws unless there is a tensor.
    func requireTensors() throws {
        guard entries.isEmpty else { return }
        throw ToolError("\(file): the file (\(title)) holds no tensor.")
    }
}
