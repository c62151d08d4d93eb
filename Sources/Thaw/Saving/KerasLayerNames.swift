/// The names that the layers of one model have in Keras 3's archives, which take none with a slash: `conv1_conv` for
/// `conv1/conv`, as Keras 3 itself calls the layers of its DenseNets.
struct KerasLayerNames {
    private let model: Model
    /// Where the name is another one than in the model.
    private var names: [ObjectIdentifier: String] = [:]

    init(in model: Model) {
        self.model = model
        let layers = model.layers
        var taken = Set(layers.map { model.name(of: $0) })
        for layer in layers where names[ObjectIdentifier(layer)] == nil {
            let name = model.name(of: layer)
            guard name.contains("/") else { continue }
            let written = Self.written(name)
            var unique = written
            var count = 0
            while !taken.insert(unique).inserted {
                count += 1
                unique = "\(written)_\(count)"
            }
            names[ObjectIdentifier(layer)] = unique
        }
    }

    subscript(layer: Layer) -> String { names[ObjectIdentifier(layer)] ?? model.name(of: layer) }

    /// A name without slashes.
    static func written(_ name: String) -> String { name.replacing("/", with: "_") }

    /// The names in the model by the paths in the file, for those that differ; the empty path is the model's own.
    static func changed(in model: Model) -> [String: String] {
        var result: [String: String] = [:]
        if model.name.contains("/") { result[""] = model.name }
        collect(model, "", &result)
        return result
    }

    private static func collect(_ model: Model, _ path: String, _ result: inout [String: String]) {
        let names = KerasLayerNames(in: model)
        for layer in model.layers {
            let inner = path.isEmpty ? names[layer] : "\(path)/\(names[layer])"
            let name = model.name(of: layer)
            if names[layer] != name { result[inner] = name }
            if let layer = layer as? Model { collect(layer, inner, &result) }
        }
    }
}
