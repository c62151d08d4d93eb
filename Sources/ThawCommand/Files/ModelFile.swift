import Foundation
import Thaw
import ThawFormats

/// A whole model that was read from a file.
struct ModelFile {
    let file: String
    let model: Model
    /// What the file says about it.
    let saved: SavedModel
    /// Why the model is not compiled as the file says, if that could not be done.
    let compileProblem: String?

    /// Reads a model.
    ///
    /// - Parameters:
    ///   - path: a `.keras` file or a whole-model `.h5`.
    ///   - compiled: whether to compile it as the file says. Where Thaw lacks something for that, the model stays uncompiled.
    ///   - inputShape: the sizes of a sample, for those that the file leaves open.
    ///   - data: a file of samples that says them if nobody else does.
    init(_ path: String, compiled: Bool, inputShape: [Int]? = nil, data: String? = nil) throws {
        let url = URL(fileURLWithPath: path)
        file = path
        saved = try Self.description(url)
        do {
            (model, compileProblem) = try Self.load(url, compiled, inputShape)
        } catch SavedModelError.openInputShape(let input, let sizes) {
            guard inputShape == nil, let sample = try data.flatMap(Self.sampleShape) else {
                throw ToolError(
                    "\(path): \(input) may be of any size\(sizes.isEmpty ? "" : ", \(SavedModelError.text(of: sizes))"); say which "
                        + "one a sample has, as --input-shape 224,224,3 does.")
            }
            // Grey images are often without their axis of one channel.
            let shape = sizes.count == sample.count + 1 ? sample + [1] : sample
            (model, compileProblem) = try Self.load(url, compiled, shape)
        }
    }

    private static func load(
        _ url: URL, _ compiled: Bool, _ inputShape: [Int]?
    ) throws -> (model: Model, problem: String?) {
        do {
            return (try Model.load(from: url, compiled: compiled, inputShape: inputShape), nil)
        } catch {
            guard compiled else { throw error }
            return (try Model.load(from: url, compiled: false, inputShape: inputShape), "\(error)")
        }
    }

    /// The shape of the samples in a file; nil for a folder, and if there are several arrays.
    private static func sampleShape(_ data: String) throws -> [Int]? {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: data, isDirectory: &isFolder)
        guard !isFolder.boolValue else { return nil }
        switch try SampleFile(data) {
        case .images(let images, _): return Array(images.shape.dropFirst())
        case .table(let table): return Array(table.values.shape.dropFirst())
        case .arrays(let entries):
            let usual = entries.first { PredictionInputs.usualNames.contains($0.name) }
            guard let entry = entries.count == 1 ? entries[0] : usual else { return nil }
            return Array(try entry.read().shape.dropFirst())
        }
    }

    private static func description(_ url: URL) throws -> SavedModel {
        let format = try FileFormat.detect(url)
        let endings: [String]
        let saved: SavedModel
        switch format {
        case .keras:
            endings = ["keras"]
            saved = try SavedModel(ZipArchive(url))
        case .hdf5:
            endings = ["h5", "hdf5"]
            guard let model = try SavedModel(HDF5File(url), file: url.path) else { throw weightsOnly(url) }
            saved = model
        case .safetensors, .torch, .npz, .npy: throw weightsOnly(url)
        default:
            throw ToolError(
                "\(url.path): this is no model; expected a .keras file or a whole-model .h5 of Keras.")
        }
        guard endings.contains(url.pathExtension) else {
            throw ToolError(
                "\(url.path): by its contents this is a .\(endings[0]) file; give it a name that ends so.")
        }
        return saved
    }

    private static func weightsOnly(_ url: URL) -> ToolError {
        ToolError(
            "\(url.path): the file holds weights only; expected a whole model, a .keras file or a .h5 that "
                + "model.save wrote.")
    }
}
