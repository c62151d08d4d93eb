import ThawFormats

/// How a preprocessing is written in saved models.
extension PreprocessingSetting {
    var json: JSONValue {
        guard case .own(let preprocessing?) = self else { return .null }
        return [
            "divisor": .number(preprocessing.divisor),
            "means": .array(preprocessing.means.map(JSONValue.number)),
            "deviations": .array(preprocessing.deviations.map(JSONValue.number)),
            "channelOrder": .string(preprocessing.channelOrder.rawValue),
        ]
    }

    /// Gives a model, and those inside it, what a file says of them.
    ///
    /// - Parameter object: settings by the paths of models; nil in files of earlier versions and of others.
    /// - Throws: `SavedModelError` for what cannot be a preprocessing.
    static func apply(_ object: JSONValue?, to model: Model) throws {
        guard let object else { return }
        for (path, layer) in [("", model as Layer)] + model.sublayerPaths {
            guard let model = layer as? Model, let json = object[path] else { continue }
            model.preprocessing = try json.isNull ? nil : preprocessing(json, of: path)
        }
    }

    private static func preprocessing(_ json: JSONValue, of path: String) throws -> Preprocessing {
        let order = json["channelOrder"]?.string.flatMap(Preprocessing.ChannelOrder.init)
        let means = json["means"]?.array?.compactMap(\.double)
        let deviations = json["deviations"]?.array?.compactMap(\.double)
        guard let order, let means, let deviations, let divisor = json["divisor"]?.double,
            let result = try? Preprocessing(
                divisor: divisor, means: means, deviations: deviations, channelOrder: order)
        else {
            throw SavedModelError.malformed(
                layer: path.isEmpty ? "the model" : "layer \(path)",
                message: "its preprocessing cannot be \(json.text.prefix(200)).")
        }
        return result
    }
}
