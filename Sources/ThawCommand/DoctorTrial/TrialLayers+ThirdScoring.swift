import Thaw

// The networks of the third scoring.
extension TrialLayers {
    func regressionWithSkip(seed: UInt64) throws -> Model {
        let input = Input(shape: [TrialTask.features])
        let first = try ReLU()(normalization()(Dense(40, kernelInitializer: .heNormal)(input)))
        let second = try Activation(.swish)(
            normalization()(Dense(40, usesBias: false, kernelInitializer: .heNormal)(first)))
        let joined = try Concatenate()(second, first)
        return try Model(inputs: [input], outputs: [head(1, .linear)(dropped(joined))], seed: seed)
    }

    func bottleneckResidual(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try ReLU()(normalization()(convolution(16)(image)))
        for strides in [2, 1] as [Size2D] {
            let narrow = try ReLU()(normalization()(convolution(8, 1, strides: strides)(value)))
            let seen = try ReLU()(normalization()(convolution(8)(narrow)))
            let wide = try normalization()(convolution(16, 1)(seen))
            let shortcut =
                strides == 1 ? value : try normalization()(convolution(16, 1, strides: strides)(value))
            value = try ReLU()(Add()(wide, shortcut))
        }
        return try model(of: image, value, seed: seed)
    }

    func squeezeAndExcite(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value: any LayerArgument = image
        for filters in [12, 16] {
            let seen = try Activation(.swish)(normalization()(convolution(filters, strides: 2)(value)))
            let squeezed = try Dense(6, activation: .relu)(GlobalAveragePooling2D()(seen))
            let gates = try Reshape([1, 1, filters])(Dense(filters, activation: .sigmoid)(squeezed))
            value = try Multiply()(seen, gates)
        }
        return try model(of: image, value, seed: seed)
    }

    func normalizedAfterActivation(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Conv2D(
                12, kernelSize: 3, padding: .same, activation: .relu, kernelInitializer: .heNormal,
                inputShape: TrialTask.imageShape),
            normalization(), MaxPooling2D(poolSize: 2),
        ]
        for filters in [16, 20] {
            layers += [
                Conv2D(
                    filters, kernelSize: 3, padding: .same, activation: .elu, kernelInitializer: .heNormal),
                normalization(),
            ]
        }
        return Sequential(
            layers + [GlobalAveragePooling2D()] + dropouts + [head(4, .softmax)], seed: seed)
    }

    func binaryStrided(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Conv2D(
                10, kernelSize: 3, strides: 2, padding: .same, kernelInitializer: .heNormal,
                inputShape: TrialTask.imageShape),
            normalization(), LeakyReLU(),
        ]
        for filters in [16, 24] {
            layers += [convolution(filters, strides: 2), normalization(), LeakyReLU()]
        }
        let base = Sequential(layers, name: "trunk")
        return Sequential([base, GlobalAveragePooling2D()] + dropouts + [head(1, .sigmoid)], seed: seed)
    }
}
