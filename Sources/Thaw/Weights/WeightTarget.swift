/// A parameter that a file may have values for.
struct WeightTarget {
    /// The path from the layer that is loaded, `body/conv/kernel`.
    let path: String
    let parameter: Parameter

    /// The layer's path, `body/conv`; empty for the layer itself that is loaded.
    var layerPath: String { String(path.dropLast(parameter.name.count).dropLast()) }
    var layer: Layer? { parameter.layer }

    /// Everything that a layer holds, in order.
    static func all(in layer: Layer) -> [WeightTarget] {
        layer.parameterPaths.map { WeightTarget(path: $0.path, parameter: $0.parameter) }
    }
}
