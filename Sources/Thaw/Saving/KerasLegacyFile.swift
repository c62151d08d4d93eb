import Foundation
import ThawFormats
import ThawTensor

/// A whole model in HDF5, as Keras 2 wrote it and Keras 3 still does: the description in an attribute, and weights by the
/// names of layers.
///
/// ```
/// model_config                       attribute: JSON
/// training_config                    attribute: JSON, if the model was compiled
/// model_weights/dense/dense/kernel:0
/// optimizer_weights/...
/// ```
struct KerasLegacyFile {
    private let file: HDF5File
    private let name: String

    init(_ url: URL) throws {
        file = try HDF5File(url)
        name = url.path
    }

    func model(customLayers: [any KerasLayer.Type], compiled: Bool) throws -> Model {
        guard let text = try text("model_config") else {
            throw FormatError(
                .unsupported, file: name, what: "it holds no model",
                expected: "the attribute model_config",
                remedy: "If it holds weights alone, make the model first")
        }
        let version =
            try self.text("keras_version") ?? file.group("model_weights").attributes["keras_version"]?.string
            ?? "2"
        let major = version.hasPrefix("3") ? 3 : 2
        let object = try JSONValue(parsing: Data(text.utf8), file: name)
        let model = try KerasModelReader(kerasVersion: major, customLayers: customLayers).model(
            from: object, within: LoadingBudget(description: text.utf8.count, weights: file.byteCount))
        let weights = try KerasNamedWeights(file.group("model_weights"), file: name)
        for (parameter, dataset) in try weights.match(model) {
            try parameter.assign(dataset.readTensor())
        }
        if compiled, let text = try self.text("training_config") {
            let object = try JSONValue(parsing: Data(text.utf8), file: name)
            try model.compile(keras: object, kerasVersion: major)
            if case .group(let group)? = try file.root["optimizer_weights"] {
                try KerasNamedOptimizerState(group, file: name).restore(to: model)
            }
        }
        return model
    }

    private func text(_ attribute: String) throws -> String? { try file.root.attributes[attribute]?.string }
}

/// Weights by the names of layers: a group for each layer of the model, whose attribute `weight_names` lists its arrays, those of
/// models inside under the names of their layers.
struct KerasNamedWeights {
    private struct Layer {
        let name: String
        let arrays: [(name: String, dataset: HDF5Dataset)]
    }

    private let layers: [Layer]
    private let file: String

    init(_ group: HDF5Group, file: String) throws {
        self.file = file
        guard let names = try group.attributes.strings(named: "layer_names") else {
            throw FormatError(
                .malformed, file: file, what: "its weights do not say which layers they are of",
                expected: "the attribute layer_names")
        }
        layers = try names.map { name in
            let inner = try group.group(name)
            let arrays = try (inner.attributes.strings(named: "weight_names") ?? []).map {
                (name: $0, dataset: try inner.dataset($0))
            }
            return Layer(name: name, arrays: arrays)
        }
    }

    /// The array of every parameter, not read yet.
    ///
    /// - Throws: `WeightFileError` unless the file has exactly the model's parameters in their shapes.
    func match(_ model: Model) throws -> [(Parameter, HDF5Dataset)] {
        var byName: [String: [HDF5Dataset]] = [:]
        let own = Dictionary(model.layers.map { (model.name(of: $0), $0) }) { $1 }
        var unexpected: [String] = []
        for layer in layers {
            let isModel = own[layer.name] is Model
            for array in layer.arrays {
                // Inside a model the array's own name says the layer: "block_1/conv/kernel:0".
                let parts = array.name.split(separator: "/")
                let inner = parts.count > 1 ? String(parts[parts.count - 2]) : layer.name
                byName[isModel ? "\(layer.name)/\(inner)" : layer.name, default: []].append(array.dataset)
            }
            if own[layer.name] == nil { unexpected += layer.arrays.map(\.name) }
        }
        var result: [(Parameter, HDF5Dataset)] = []
        var missing: [String] = []
        var mismatched: [String] = []
        for (name, layer) in own.sorted(by: { $0.key < $1.key }) {
            let leaves =
                layer is Model
                ? layer.sublayerPaths.map {
                    (key: "\(name)/\($0.path.split(separator: "/").last ?? "")", layer: $0.layer)
                }
                : [(key: name, layer: layer)]
            for leaf in leaves where !leaf.layer.parameters.isEmpty {
                let parameters = leaf.layer.parameters
                let ordered =
                    parameters.filter { $0.role == .weight } + parameters.filter { $0.role != .weight }
                var datasets = byName.removeValue(forKey: leaf.key) ?? []
                for parameter in ordered {
                    guard !datasets.isEmpty else {
                        missing.append("\(leaf.key)/\(parameter.name)")
                        continue
                    }
                    let dataset = datasets.removeFirst()
                    guard dataset.shape == parameter.shape else {
                        mismatched.append(
                            "\(leaf.key)/\(parameter.name) (expected the shape \(parameter.shape), got \(dataset.shape ?? []))"
                        )
                        continue
                    }
                    result.append((parameter, dataset))
                }
                unexpected += datasets.map(\.path)
            }
        }
        unexpected += byName.values.flatMap { $0.map(\.path) }
        guard missing.isEmpty, mismatched.isEmpty, unexpected.isEmpty else {
            throw WeightFileError(
                file: file, model: model.name, missing: missing, unexpected: unexpected.sorted(),
                mismatched: mismatched)
        }
        return result
    }
}
