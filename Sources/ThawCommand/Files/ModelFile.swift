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
    init(_ path: String, compiled: Bool) throws {
        let url = URL(fileURLWithPath: path)
        file = path
        saved = try Self.description(url)
        do {
            model = try Model.load(from: url, compiled: compiled)
            compileProblem = nil
        } catch {
            guard compiled else { throw error }
            model = try Model.load(from: url, compiled: false)
            compileProblem = "\(error)"
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
