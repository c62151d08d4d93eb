/// Where Keras 3 keeps each parameter of a model in its `.weights.h5` files: by the classes of the layers, numbered in
/// the order of `layers`, not by their names.
///
/// ```
/// layers/conv2d_1/vars/0
/// layers/functional/layers/batch_normalization/vars/3
/// ```
struct KerasWeightPaths {
    /// One group of variables: a layer's, or a model's own, which is empty.
    struct Group {
        /// Without `/vars`.
        let path: String
        /// What Keras writes beside it: the name.
        let name: String
        /// In the order of the numbers 0, 1 and so on.
        let parameters: [Parameter]
    }

    /// Every group, containers before what they hold.
    private(set) var groups: [Group] = []
    private var seen: Set<ObjectIdentifier> = []

    init(of root: Layer) { add(root, named: root.name, at: "") }

    private mutating func add(_ layer: Layer, named name: String, at path: String) {
        guard seen.insert(ObjectIdentifier(layer)).inserted else { return }
        let parameters = layer.parameters
        groups.append(
            Group(
                path: path, name: name,
                parameters: parameters.filter { $0.role == .weight }
                    + parameters.filter { $0.role != .weight }))
        guard let model = layer as? Model else {
            // A layer with layers inside, in Keras its attributes.
            for inner in layer.sublayers {
                let name = layer.name(of: inner)
                add(inner, named: name, at: path.isEmpty ? name : "\(path)/\(name)")
            }
            return
        }
        var counts: [String: Int] = [:]
        for inner in model.layers {
            let name = LayerName.base(of: Self.className(of: inner))
            let count = counts[name, default: 0]
            counts[name] = count + 1
            add(
                inner, named: model.name(of: inner),
                at: "\(path.isEmpty ? "" : path + "/")layers/\(count == 0 ? name : "\(name)_\(count)")"
            )
        }
    }

    /// The class that Keras will make of a layer.
    private static func className(of layer: Layer) -> String {
        if let layer = layer as? any KerasLayer { return type(of: layer.writtenForKeras).kerasClassName }
        if layer is Sequential { return "Sequential" }
        return layer is Model ? "Functional" : layer.typeName
    }
}
