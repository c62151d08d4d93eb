import Foundation
package import ThawFormats

/// What the arrays in an archive of Keras 3, which are numbered, are called in the model: `layers/conv2d/vars/0` is
/// `stem/kernel`.
package enum KerasParameterNames {
    /// Paths in `model.weights.h5` with names, in the model's order.
    ///
    /// - Throws: `SavedModelError` for a model with a layer that Thaw lacks; `FormatError` for a damaged file.
    package static func read(_ archive: ZipArchive) throws -> [(path: String, name: String)] {
        let bytes = try archive.read(KerasArchive.configuration, limit: KerasArchive.largestDescription)
        let object = try JSONValue(
            parsing: Data(bytes), file: "\(archive.file)/\(KerasArchive.configuration)")
        let model = try KerasModelReader(kerasVersion: 3, customLayers: []).model(from: object)
        try model.ensureBuilt()
        var paths: [Parameter: String] = [:]
        for group in KerasWeightPaths(of: model).groups {
            for (number, parameter) in group.parameters.enumerated() {
                paths[parameter] = "\(group.path.isEmpty ? "" : group.path + "/")vars/\(number)"
            }
        }
        return model.parameterPaths.compactMap { entry in
            paths[entry.parameter].map { (path: $0, name: entry.path) }
        }
    }
}
