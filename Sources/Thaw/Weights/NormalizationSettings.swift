import ThawFormats

/// Epsilon and momentum of a normalization layer, where a file or a caller gives them.
struct NormalizationSettings: Equatable, Sendable {
    var epsilon: Double?
    var momentum: Double?

    /// The longest name of a layer that is looked for.
    private static let longestName = 128

    /// PyTorch's epsilon for its batch, layer and group norms.
    static let torchEpsilon = 1e-5

    /// Throws unless the values are possible.
    func check(call: String) throws {
        if let epsilon, !(epsilon > 0 && epsilon.isFinite) {
            throw TrainingError.invalidArgument("\(call): epsilon must be above 0, got \(epsilon).")
        }
        if let momentum, !(0...1).contains(momentum) {
            throw TrainingError.invalidArgument("\(call): momentum must be from 0 to 1, got \(momentum).")
        }
    }

    /// A normalization layer in a model's JSON of Keras.
    struct Described {
        /// The names of the models on the way to it, without the outermost, and its own.
        let names: [String]
        /// The place of its variables in Keras 3's files, `layers/functional/layers/batch_normalization_1`.
        let place: String
        let settings: NormalizationSettings
    }

    /// The settings of the normalization layers that a model's JSON of Keras describes.
    static func described(by object: JSONValue) -> [Described] {
        var result: [Described] = []
        collect(object, names: [], place: "", into: &result)
        return result
    }

    private static func collect(
        _ object: JSONValue, names: [String], place: String, into result: inout [Described]
    ) {
        guard names.count < KerasModelReader.deepest else { return }
        var counts: [String: Int] = [:]
        // The oldest files of Sequential hold just the list.
        for layer in object["config"]?["layers"]?.array ?? object["config"]?.array ?? [] {
            guard let className = layer["class_name"]?.string else { continue }
            let config = layer["config"]
            let own = String((config?["name"]?.string ?? layer["name"]?.string ?? "").prefix(longestName))
            let base = LayerName.base(of: className == "Model" ? "Functional" : className)
            let count = counts[base, default: 0]
            counts[base] = count + 1
            let inner =
                "\(place.isEmpty ? "" : place + "/")layers/\(count == 0 ? base : "\(base)_\(count)")"
            if className.hasSuffix("Normalization"), let epsilon = config?["epsilon"]?.double {
                result.append(
                    Described(
                        names: names + [own], place: inner,
                        settings: NormalizationSettings(
                            epsilon: epsilon, momentum: config?["momentum"]?.double)))
            }
            collect(layer, names: names + [own], place: inner, into: &result)
        }
    }
}

/// A layer that adds an epsilon to a variance.
protocol NormalizationLayer: Layer {
    var epsilon: Double { get set }
}

extension BatchNormalization: NormalizationLayer {}
extension LayerNormalization: NormalizationLayer {}
extension GroupNormalization: NormalizationLayer {}

extension NormalizationLayer {
    /// Takes over what is given, and says what changed; impossible values are left alone.
    func take(_ settings: NormalizationSettings, named name: String) -> String? {
        var changes: [String] = []
        if let new = settings.epsilon, new > 0, new.isFinite, new != epsilon {
            changes.append("the epsilon \(new), before \(epsilon)")
            epsilon = new
        }
        if let layer = self as? BatchNormalization, let new = settings.momentum, (0...1).contains(new),
            new != layer.momentum
        {
            changes.append("the momentum \(new), before \(layer.momentum)")
            layer.momentum = new
        }
        return changes.isEmpty ? nil : "\(name) has \(changes.joined(separator: " and "))"
    }
}
