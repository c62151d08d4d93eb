extension Model {
    /// The inputs, in order, for a model that reuses a part of this one.
    ///
    /// - Throws: `ModelError.topology` if the model was not made of inputs and outputs and is no `Sequential`
    ///   whose input shape is known.
    public final var inputs: [LayerOutput] {
        get throws { try connections.inputs }
    }

    /// The outputs, in order. Throws as `inputs` does.
    public final var outputs: [LayerOutput] {
        get throws { try connections.outputs }
    }

    /// Makes the calls of the layers inside, for a model that makes them only when they are asked for.
    final func connectLayers() { _ = try? connections }
}

extension Layer {
    /// Gives the parameters their first values: from the seed of the outermost model around the layer, or from
    /// a fresh one.
    final func settleFirstValues() {
        let outermost = containers.last ?? self
        // Settings that are out of range are thrown again, and seen, by whatever needs the model built.
        if let model = outermost as? Model {
            try? model.settleOwnFirstValues()
        } else {
            let seed = BuildContext.freshSeed()
            for (path, parameter) in outermost.parameterPaths {
                try? parameter.settleFirstValue(seed: seed, path: path)
            }
        }
    }
}
