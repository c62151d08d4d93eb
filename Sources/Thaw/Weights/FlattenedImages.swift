/// The images `[h, w, c]` that lie flattened before layers, and that PyTorch flattens in another order.
struct FlattenedImages {
    private var images: [ObjectIdentifier: [Int]] = [:]

    init(in layer: Layer) { add(layer) }

    /// The image whose elements are the features of a layer's input.
    subscript(layer: Layer?) -> [Int]? { layer.flatMap { images[ObjectIdentifier($0)] } }

    private mutating func add(_ layer: Layer) {
        if let model = layer as? Model, let topology = try? model.connections {
            for call in topology.calls where !call.layer.parameters.isEmpty {
                if let image = Self.image(before: call) { images[ObjectIdentifier(call.layer)] = image }
            }
        }
        for inner in layer.sublayers { add(inner) }
    }

    /// Goes back over layers that treat every feature for itself.
    private static func image(before call: LayerCall) -> [Int]? {
        var next = call.inputs.count == 1 ? call.inputs.first : nil
        while let value = next {
            guard value.call.inputs.count == 1, let input = value.call.inputs.first else { return nil }
            if value.layer is Flatten, input.shape.count == 3 {
                let image = input.shape
                return image[0] * image[1] > 1 && image[2] > 1 ? image : nil
            }
            let keepsFeatures =
                input.shape == value.shape
                && (value.layer.allParameters.isEmpty || value.layer is BatchNormalization
                    || value.layer is LayerNormalization || value.layer is PReLU)
            guard keepsFeatures else { return nil }
            next = input
        }
        return nil
    }
}
