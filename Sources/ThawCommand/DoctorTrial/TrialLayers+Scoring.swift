import Thaw

// The networks that no rule was set on.
extension TrialLayers {
    func deepRegression(seed: UInt64) -> Model {
        var layers: [Layer] = [Reshape([TrialTask.features], inputShape: [TrialTask.features])]
        for width in [56, 40, 32, 24] {
            layers += [
                Dense(width, kernelInitializer: .heNormal), normalization(), Activation(.swish),
            ]
        }
        return Sequential(layers + dropouts + [head(1, .linear)], seed: seed)
    }

    func twoScales(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        let fine = try ReLU()(normalization()(convolution(10)(image)))
        let small = try ReLU()(normalization()(convolution(14, strides: 2)(fine)))
        let coarse = try ReLU()(normalization()(convolution(14, 5, strides: 2)(image)))
        let joined = try Concatenate()(small, coarse)
        return try model(of: image, ReLU()(normalization()(convolution(20)(joined))), seed: seed)
    }

    func depthwiseResidual(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try normalization()(convolution(12, 3, strides: 2)(image))
        for _ in 0..<2 {
            let seen = try normalization()(
                DepthwiseConv2D(kernelSize: 5, padding: .same, usesBias: false)(value))
            value = try Add()(value, convolution(12, 1)(Activation(.swish)(convolution(24, 1)(seen))))
        }
        return try model(of: image, normalization()(value), seed: seed)
    }

    func normalizedHead(seed: UInt64) -> Model {
        var layers: [Layer] = [convolutionInput(10), normalization(), Activation(.elu)]
        layers += [convolution(14, strides: 2), normalization(), Activation(.elu), MaxPooling2D(poolSize: 2)]
        layers += [Flatten(), Dense(24, usesBias: false), normalization(), Activation(.elu)]
        return Sequential(layers + dropouts + [head(4, .softmax)], seed: seed)
    }

    func binaryResidual(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try LeakyReLU()(normalization()(convolution(12, strides: 2)(image)))
        for _ in 0..<2 {
            let first = try LeakyReLU()(normalization()(convolution(12)(value)))
            value = try LeakyReLU()(Add()(value, normalization()(convolution(12)(first))))
        }
        let features = try dropped(GlobalMaxPooling2D()(value))
        return try Model(inputs: [image], outputs: [head(1, .sigmoid)(features)], seed: seed)
    }
}
