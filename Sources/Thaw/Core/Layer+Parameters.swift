extension Layer {
    /// All parameters, those of sublayers too, each once: layer by layer, the layer's weights before
    /// its statistics.
    public final var allParameters: [Parameter] { parameterPaths.map(\.parameter) }

    /// The parameters that `fit` trains now.
    public final var trainableParameters: [Parameter] { allParameters.filter(\.isTrainable) }

    /// All parameters with their paths relative to this layer, for example `block/dense_1/kernel`, in
    /// the order of `allParameters`. A layer that occurs twice is listed where it occurs first.
    public final var parameterPaths: [(path: String, parameter: Parameter)] {
        buildIfShapeIsKnown()
        var seen: Set<ObjectIdentifier> = []
        var result: [(path: String, parameter: Parameter)] = []
        collectPaths(prefix: "", into: &result, seen: &seen)
        return result
    }

    /// All layers inside with their paths relative to this layer, containers before what they contain.
    final var sublayerPaths: [(path: String, layer: Layer)] {
        var result: [(path: String, layer: Layer)] = []
        collectSublayers(prefix: "", into: &result)
        return result
    }

    private func collectPaths(
        prefix: String, into result: inout [(path: String, parameter: Parameter)],
        seen: inout Set<ObjectIdentifier>
    ) {
        guard seen.insert(ObjectIdentifier(self)).inserted else { return }
        for role in [Parameter.Role.weight, .statistic] {
            for parameter in ownParameters where parameter.role == role {
                result.append((prefix + parameter.name, parameter))
            }
        }
        for layer in sublayers {
            layer.collectPaths(prefix: "\(prefix)\(name(of: layer))/", into: &result, seen: &seen)
        }
    }

    private func collectSublayers(prefix: String, into result: inout [(path: String, layer: Layer)]) {
        for layer in sublayers {
            let path = prefix + name(of: layer)
            result.append((path, layer))
            layer.collectSublayers(prefix: path + "/", into: &result)
        }
    }
}
