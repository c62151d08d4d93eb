import Thaw

// The networks of the second scoring.
extension TrialLayers {
    func residualPerceptron(seed: UInt64) throws -> Model {
        let input = Input(shape: [TrialTask.features])
        var value = try Dense(32, kernelInitializer: .heNormal)(input)
        for _ in 0..<3 {
            let first = try ReLU()(
                normalization()(Dense(40, usesBias: false, kernelInitializer: .heNormal)(value)))
            value = try ReLU()(Add()(value, normalization()(Dense(32, usesBias: false)(first))))
        }
        return try Model(inputs: [input], outputs: [head(4, .softmax)(dropped(value))], seed: seed)
    }

    func regressionFromNormalized(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Reshape([TrialTask.features], inputShape: [TrialTask.features]), normalization(scale: false),
        ]
        for width in [64, 32] {
            layers += [
                Dense(width, usesBias: false, kernelInitializer: .heNormal), normalization(),
                Activation(.elu),
            ]
        }
        return Sequential(layers + dropouts + [head(1, .linear)], seed: seed)
    }

    func plainDeep(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Conv2D(
                10, kernelSize: 3, padding: .same, kernelInitializer: .heNormal,
                inputShape: TrialTask.imageShape),
            normalization(), ReLU(), convolution(10), normalization(), ReLU(), MaxPooling2D(poolSize: 2),
        ]
        for _ in 0..<2 { layers += [convolution(18), normalization(), ReLU()] }
        return Sequential(
            layers + [AveragePooling2D(poolSize: 3), Flatten()] + dropouts + [head(4, .softmax)], seed: seed)
    }

    func invertedResidual(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try ReLU()(normalization()(convolution(8, strides: 2)(image)))
        for _ in 0..<2 {
            let wide = try ReLU()(normalization()(convolution(24, 1)(value)))
            let deep = try ReLU()(
                normalization()(DepthwiseConv2D(kernelSize: 3, padding: .same, usesBias: false)(wide)))
            value = try Add()(value, normalization()(convolution(8, 1)(deep)))
        }
        return try model(of: image, ReLU()(normalization()(convolution(24, 1)(value))), seed: seed)
    }

    func separable(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Conv2D(
                12, kernelSize: 5, strides: 2, padding: .same, usesBias: false,
                kernelInitializer: .heNormal, inputShape: TrialTask.imageShape),
            normalization(), Activation(.swish),
        ]
        for filters in [16, 20] {
            layers += [
                SeparableConv2D(filters, kernelSize: 3, padding: .same, usesBias: false), normalization(),
                Activation(.swish),
            ]
        }
        let base = Sequential(layers, name: "features")
        return Sequential([base, GlobalMaxPooling2D()] + dropouts + [head(4, .softmax)], seed: seed)
    }
}
