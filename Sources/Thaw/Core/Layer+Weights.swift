public import ThawTensor

extension Layer {
    /// Copies of all parameters in Keras's order: layer by layer, a layer's weights before its
    /// statistics. Setting is `setWeights(_:)`, which can fail.
    public final var weights: [Tensor] { allParameters.map(\.value) }

    /// Replaces all parameters, in the order of `weights`. All tensors are checked before any is
    /// written.
    ///
    /// - Throws: `ModelError` if there are too few or too many, or a shape differs; nothing is changed
    ///   then.
    public final func setWeights(_ tensors: [Tensor]) throws {
        let paths = parameterPaths
        guard hasBuilt || !paths.isEmpty else { throw ModelError.notBuilt(model: name) }
        guard tensors.count == paths.count else {
            throw ModelError.weightCount(model: name, expected: paths.count, got: tensors.count)
        }
        for (position, (entry, tensor)) in zip(paths, tensors).enumerated()
        where tensor.shape != entry.parameter.shape {
            throw ModelError.weightShape(
                model: name, path: entry.path, position: position, expected: entry.parameter.shape,
                got: tensor.shape)
        }
        for (entry, tensor) in zip(paths, tensors) { try entry.parameter.assign(tensor) }
    }

    /// Takes over all parameters of a layer or model of the same structure.
    ///
    /// - Throws: as `setWeights(_:)`.
    public final func copyWeights(from other: Layer) throws { try setWeights(other.weights) }

    /// Gives all parameters new first values from their initializers: those that a new
    /// model of this structure and with this seed would have. Optimizer state is left alone.
    ///
    /// - Throws: `LayerError` where an initializer's settings are out of range.
    public final func reinitialize(seed: UInt64) throws {
        for (path, parameter) in parameterPaths {
            try parameter.assign(
                parameter.initializer.tensor(shape: parameter.shape, seed: seed, path: path))
        }
    }

    /// The number of elements of all parameters.
    public final var parameterCount: Int { allParameters.reduce(0) { $0 + $1.count } }

    /// The number of elements that `fit` trains now.
    public final var trainableParameterCount: Int { trainableParameters.reduce(0) { $0 + $1.count } }

    /// The number of elements that `fit` does not train: of frozen layers, and statistics.
    public final var nonTrainableParameterCount: Int { parameterCount - trainableParameterCount }
}
