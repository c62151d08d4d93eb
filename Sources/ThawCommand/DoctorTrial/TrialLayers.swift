import Thaw

/// Makes the networks of trials.
struct TrialLayers {
    let momentum: Double
    let dropout: Double

    func normalization(scale: Bool = true) -> BatchNormalization {
        BatchNormalization(momentum: momentum, scale: scale)
    }

    /// Dropout, or nothing.
    var dropouts: [Layer] { dropout > 0 ? [Dropout(dropout)] : [] }

    func dropped(_ value: LayerOutput) throws -> LayerOutput {
        dropout > 0 ? try Dropout(dropout)(value) : value
    }

    func convolution(_ filters: Int, _ size: Size2D = 3, strides: Size2D = 1) -> Conv2D {
        Conv2D(
            filters, kernelSize: size, strides: strides, padding: .same, usesBias: false,
            kernelInitializer: .heNormal)
    }

    func head(_ units: Int, _ activation: ActivationFunction) -> Dense {
        Dense(units, activation: activation, name: "head")
    }

    func perceptron(widths: [Int], activation: ActivationFunction = .relu, seed: UInt64) -> Model {
        var layers: [Layer] = [Reshape([TrialTask.features], inputShape: [TrialTask.features])]
        for width in widths {
            layers += [
                Dense(width, usesBias: false, kernelInitializer: .heNormal), normalization(),
                Activation(activation),
            ]
        }
        return Sequential(layers + dropouts + [head(4, .softmax)], seed: seed)
    }

    func perceptronAfterActivation(seed: UInt64) -> Model {
        var layers: [Layer] = [
            Reshape([TrialTask.features], inputShape: [TrialTask.features]), normalization(),
        ]
        for width in [40, 32] {
            layers += [
                Dense(width, activation: .relu, kernelInitializer: .heNormal), normalization(),
            ]
            layers += dropouts
        }
        return Sequential(layers + [head(4, .softmax)], seed: seed)
    }

    func regression(seed: UInt64) -> Model {
        var layers: [Layer] = [Reshape([TrialTask.features], inputShape: [TrialTask.features])]
        for width in [48, 32, 32] {
            layers += [
                Dense(width, kernelInitializer: .heNormal), normalization(), Activation(.relu),
            ]
        }
        return Sequential(layers + dropouts + [head(1, .linear)], seed: seed)
    }

    func convolutional(seed: UInt64) -> Model {
        var layers: [Layer] = [convolutionInput(8), normalization(), ReLU(), MaxPooling2D(poolSize: 2)]
        layers += [convolution(16), normalization(), ReLU()]
        layers += [convolution(16), normalization(), ReLU()] + dropouts
        return Sequential(layers + [GlobalAveragePooling2D(), head(4, .softmax)], seed: seed)
    }

    func convolutionInput(_ filters: Int) -> Conv2D {
        Conv2D(
            filters, kernelSize: 3, padding: .same, usesBias: false, kernelInitializer: .heNormal,
            inputShape: TrialTask.imageShape)
    }

    func residual(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try ReLU()(normalization()(convolution(12)(image)))
        for strides in [2, 1] as [Size2D] {
            let first = try ReLU()(normalization()(convolution(16, strides: strides)(value)))
            let second = try normalization()(convolution(16)(first))
            let shortcut =
                strides == 1 ? value : try normalization()(convolution(16, 1, strides: strides)(value))
            value = try ReLU()(Add()(second, shortcut))
        }
        return try model(of: image, value, seed: seed)
    }

    func preactivation(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try convolution(16)(image)
        for strides in [1, 2, 1] as [Size2D] {
            let active = try Activation(.swish)(normalization()(value))
            let branch = try convolution(16)(
                ReLU()(normalization()(convolution(12, strides: strides)(active))))
            value = try Add()(branch, strides == 1 ? value : convolution(16, 1, strides: strides)(active))
        }
        return try model(of: image, ReLU()(normalization()(value)), seed: seed)
    }

    func densely(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value = try ReLU()(normalization()(convolution(10)(image)))
        for round in 0..<4 {
            let grown = try convolution(6)(ReLU()(normalization()(value)))
            value = try Concatenate()(value, grown)
            if round == 1 { value = try AveragePooling2D(poolSize: 2)(value) }
        }
        return try model(of: image, ReLU()(normalization()(value)), seed: seed)
    }

    func branching(seed: UInt64) throws -> Model {
        let image = Input(shape: TrialTask.imageShape)
        var value: any LayerArgument = image
        for filters in [8, 12] {
            let branches = try [1, 3, 5].map { size in
                try normalization(scale: false)(
                    Conv2D(
                        filters, kernelSize: Size2D(size), padding: .same, activation: .relu,
                        kernelInitializer: .heNormal)(value))
            }
            value = try MaxPooling2D(poolSize: 2)(
                Concatenate()(Concatenate()(branches[0], branches[1]), branches[2]))
        }
        return try model(of: image, value, seed: seed)
    }

    func model(of image: Input, _ value: any LayerArgument, seed: UInt64) throws -> Model {
        let features = try dropped(GlobalAveragePooling2D()(value))
        return try Model(inputs: [image], outputs: [head(4, .softmax)(features)], seed: seed)
    }

    func depthwise(seed: UInt64) -> Model {
        var layers: [Layer] = [convolutionInput(8), normalization(), ReLU()]
        for (filters, strides) in [(16, 2), (16, 1), (24, 1)] as [(Int, Size2D)] {
            layers += [
                DepthwiseConv2D(kernelSize: 3, strides: strides, padding: .same, usesBias: false),
                normalization(), ReLU(), convolution(filters, 1), normalization(), ReLU(),
            ]
        }
        let base = Sequential(layers, name: "base")
        return Sequential([base, GlobalAveragePooling2D()] + dropouts + [head(4, .softmax)], seed: seed)
    }

    func binary(seed: UInt64) -> Model {
        let first: Layer = Conv2D(
            8, kernelSize: 5, strides: 2, padding: .same, kernelInitializer: .heNormal,
            inputShape: TrialTask.imageShape)
        let layers: [Layer] = [
            first, normalization(), LeakyReLU(), convolution(16), normalization(), LeakyReLU(),
            convolution(24, strides: 2), normalization(), LeakyReLU(),
        ]
        let base = Sequential(layers, name: "body")
        return Sequential(
            [base, Flatten()] + dropouts + [Dense(16), normalization(), ReLU(), head(1, .sigmoid)],
            seed: seed)
    }
}
