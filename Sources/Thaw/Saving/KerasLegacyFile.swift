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

    func model(_ wishes: LoadingWishes) throws -> Model {
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
        let reader = KerasModelReader(
            kerasVersion: major, customLayers: wishes.customLayers, inputShape: wishes.inputShape)
        let model = try reader.model(
            from: object, within: LoadingBudget(description: text.utf8.count, weights: file.byteCount))
        try WeightLoader(
            root: model, targets: WeightTarget.all(in: model), matching: .automatic, isStrict: true,
            skipsMismatch: false, mapping: .automatic
        ).load(StoredWeights(file, file: name))
        model.loadingNotes = KerasTypes.notes(on: object)
        if wishes.isCompiled, let text = try self.text("training_config") {
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
