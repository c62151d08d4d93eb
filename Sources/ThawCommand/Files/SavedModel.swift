import Foundation
import ThawFormats

/// What a file says about the model that it holds, without making the model.
struct SavedModel {
    /// Who wrote it: `Keras 2.4.0 (tensorflow)`.
    let writer: String
    /// The paths of the layers, those inside models and not the models themselves.
    let layers: [String]
    /// The paths of layers that do not train, those inside frozen models among them.
    let frozenLayers: Set<String>

    /// The largest description that is read.
    private static let largestDescription = 64 << 20

    /// Of an archive of Keras 3.
    init(_ archive: ZipArchive) throws {
        func json(_ name: String) throws -> JSONValue? {
            guard archive.entry(named: name) != nil else { return nil }
            let data = Data(try archive.read(name, limit: Self.largestDescription))
            return try JSONValue(parsing: data, file: "\(archive.file)/\(name)")
        }
        let metadata = try json("metadata.json")
        let version = metadata?["keras_version"]?.string ?? "3"
        let maker = metadata?["made_by"]?.string
        writer =
            maker.map { "\($0.prefix(40)), in the format of Keras \(version.prefix(20))" }
            ?? "Keras \(version.prefix(20))"
        let found = Self.layers(in: try json("config.json") ?? .null)
        layers = found.map(\.path)
        // What Thaw notes for layers whose configuration in Keras has no place for it.
        let noted = (try json("thaw.json")?["frozen"]?.array ?? []).compactMap(\.string)
        frozenLayers = Set(found.filter(\.isFrozen).map(\.path) + noted)
    }

    /// Of an HDF5 file; nil if it holds weights alone.
    init?(_ hdf5: HDF5File, file: String) throws {
        let attributes = try hdf5.root.attributes
        guard let text = try attributes["model_config"]?.string else { return nil }
        var (version, backend) = (try attributes["keras_version"]?.string, try attributes["backend"]?.string)
        if version == nil, case .group(let weights)? = try hdf5.root["model_weights"] {
            version = try weights.attributes["keras_version"]?.string
            backend = try weights.attributes["backend"]?.string
        }
        writer = "Keras \((version ?? "2").prefix(20))" + (backend.map { " (\($0.prefix(20)))" } ?? "")
        let found = Self.layers(in: try JSONValue(parsing: Data(text.utf8), file: file))
        layers = found.map(\.path)
        frozenLayers = Set(found.filter(\.isFrozen).map(\.path))
    }

    private typealias Found = (path: String, isFrozen: Bool)

    private static func layers(in model: JSONValue) -> [Found] {
        var result: [Found] = []
        collect(model, prefix: "", isFrozen: false, into: &result)
        return result
    }

    private static func collect(
        _ model: JSONValue, prefix: String, isFrozen: Bool, into result: inout [Found]
    ) {
        let isFrozen = isFrozen || model["config"]?["trainable"]?.bool == false
        for layer in model["config"]?["layers"]?.array ?? model["config"]?.array ?? [] {
            guard let name = layer["name"]?.string ?? layer["config"]?["name"]?.string else { continue }
            if layer["config"]?["layers"] != nil {
                collect(layer, prefix: "\(prefix)\(name)/", isFrozen: isFrozen, into: &result)
            } else {
                result.append((prefix + name, isFrozen || layer["config"]?["trainable"]?.bool == false))
            }
        }
    }
}
