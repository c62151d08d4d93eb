import Foundation
import ThawFormats

/// The arrays of an HDF5 file of Keras 2 or 3, or of anything else, with names that people know.
struct HDF5Tensors {
    /// What the file is, for people.
    let title: String
    private(set) var entries: [TensorFile.Entry] = []
    private var seen: Set<String> = []
    private var names: Set<String> = []

    /// - Parameters:
    ///   - file: the file.
    ///   - layers: the paths of the model's layers, if the file holds a model.
    ///   - known: the names of arrays of Keras 3 by their paths, in the order of the layers.
    init(
        _ file: HDF5File, layers paths: [String] = [], names known: [(path: String, name: String)] = []
    ) throws {
        let holder = try file.root["model_weights"] ?? .group(file.root)
        if case .group(let group) = holder, let layers = try group.attributes.strings(named: "layer_names") {
            title = "weights of Keras by the names of layers, HDF5"
            for layer in layers {
                try addLayer(layer, of: group, inside: paths.filter { $0.hasPrefix("\(layer)/") })
            }
        } else {
            let isKeras = try file.root["layers"] != nil || file.root["_layer_checkpoint_dependencies"] != nil
            title = isKeras ? "weights of Keras 3, HDF5" : "HDF5 file"
            for (path, name) in known {
                guard case .dataset(let dataset)? = try file.root[path] else { continue }
                try add(dataset, name: name)
            }
        }
        for dataset in try file.root.datasets() where !seen.contains(dataset.path) {
            try add(dataset, name: Self.name(ofArrayAt: dataset.path, in: file))
        }
    }

    private mutating func addLayer(_ layer: String, of group: HDF5Group, inside paths: [String]) throws {
        let inner = try group.group(layer)
        for name in try inner.attributes.strings(named: "weight_names") ?? [] {
            let parts = name.split(separator: "/")
            let folder = parts.dropLast().joined(separator: "/")
            let own = Self.withoutNumber(parts.last.map { String($0) } ?? name)
            // In a layer that is a model, an array is called after the layer inside it.
            let isLayerItself = folder.isEmpty || folder == layer || folder.hasSuffix("/\(layer)")
            let innermost = parts.dropLast().last.map { String($0) } ?? ""
            // Which may lie in models inside that model.
            let deep = paths.filter { $0.hasSuffix("/\(innermost)") }
            let place = isLayerItself ? layer : deep.count == 1 ? deep[0] : "\(layer)/\(innermost)"
            try add(try inner.dataset(name), name: "\(place)/\(own)")
        }
    }

    private mutating func add(_ dataset: HDF5Dataset, name: String) throws {
        // Texts, as some programs keep beside the numbers.
        guard try dataset.dtype != nil, dataset.shape != nil, seen.insert(dataset.path).inserted else {
            return
        }
        let unique = names.insert(name).inserted ? name : dataset.path
        let isParameter =
            !dataset.path.hasPrefix("optimizer_weights/") && !dataset.path.hasPrefix("optimizer/")
            && !dataset.path.contains("seed_generator/")
            // What Keras 3 has of its metrics beside the layers.
            && !(dataset.path.hasPrefix("metrics/") && dataset.path.contains("/vars/"))
        entries.append(
            TensorFile.Entry(name: unique, path: dataset.path, isParameter: isParameter) {
                try dataset.readTensor()
            })
    }

    /// `layers/conv2d_1/vars/0` with the names of the layers, `stem/0`, where the file has them.
    private static func name(ofArrayAt path: String, in file: HDF5File) throws -> String {
        let parts = path.split(separator: "/").map { String($0) }
        guard parts.count > 3, parts[0] == "layers", parts[parts.count - 2] == "vars" else {
            return withoutNumber(path)
        }
        var result: [String] = []
        for place in 0..<parts.count - 2 where parts[place] != "layers" || place % 2 == 1 {
            let folder = parts[...place].joined(separator: "/") + "/vars"
            var name: String?
            if case .group(let group)? = try file.root[folder] { name = try group.attributes["name"]?.string }
            result.append(name ?? parts[place])
        }
        return (result + [parts[parts.count - 1]]).joined(separator: "/")
    }

    /// `kernel:0` without the number that TensorFlow puts behind names.
    static func withoutNumber(_ name: String) -> String {
        name.hasSuffix(":0") ? String(name.dropLast(2)) : name
    }
}
