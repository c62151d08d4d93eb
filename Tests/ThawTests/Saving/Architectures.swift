import Testing

@testable import Thaw

/// Small nets of a dozen kinds, in which every layer occurs; they go through files, and to Keras and back.
struct Architecture: CustomTestStringConvertible, Sendable {
    let name: String
    /// Whether two libraries that train it must agree: not if it draws random numbers.
    var isDeterministic = true
    let make: @Sendable () throws -> Model

    var testDescription: String { name }

    static let all = [
        perceptron, selfNormalizing, classicConvolutions, residual, separable, dense, branching, siamese,
        severalOutputs, nested, autoencoder, groupNormalized, mixer, noisy, segmenting, stochasticDepth,
        augmenting, headed,
    ]

    /// Trains for a moment, so that no parameter is what it began with.
    func trained(optimizer: Optimizer = .sgd(learningRate: 0.01, momentum: 0.9)) throws -> (Model, Dataset) {
        let model = try make()
        try model.ensureBuilt()
        let samples = 24
        let inputs = (model.inputShapes ?? []).enumerated().map {
            KerasModelTests.values([samples] + $1, 99 + $0)
        }
        let outputs = (model.outputShapes ?? []).enumerated().map {
            KerasModelTests.values([samples] + $1, 199 + $0)
        }
        let data = try Dataset(inputs: inputs, targets: outputs)
        try model.compile(optimizer: optimizer, losses: outputs.map { _ in .meanSquaredError })
        try model.fit(data, batchSize: 8, epochs: 2, shuffle: false, verbosity: .silent)
        return (model, data)
    }

    private static let perceptron = Architecture(name: "perceptron") {
        Sequential(seed: 1, name: "perceptron") {
            Flatten(inputShape: [4, 3])
            Dense(8, activation: .relu, kernelInitializer: .heNormal, kernelRegularizer: .l2(1e-3))
            Dense(6, activation: .tanh, kernelConstraint: .maxNorm(2))
            ELU(alpha: 0.7)
            Dense(3, activation: .softmax)
        }
    }

    private static let selfNormalizing = Architecture(name: "self-normalizing", isDeterministic: false) {
        Sequential(seed: 2, name: "self_normalizing") {
            Dense(8, activation: .selu, kernelInitializer: .lecunNormal, inputShape: [5])
            AlphaDropout(0.2)
            Dense(8, activation: .selu, kernelInitializer: .lecunNormal)
            Dense(2)
        }
    }

    private static let classicConvolutions = Architecture(name: "classic convolutions") {
        Sequential(seed: 3, name: "classic_convolutions") {
            Rescaling(2, offset: -0.5, inputShape: [8, 8, 2])
            Conv2D(4, kernelSize: 3, padding: .same, activation: .relu)
            MaxPooling2D()
            Conv2D(6, kernelSize: 3, activation: .relu, biasInitializer: .ones)
            AveragePooling2D(poolSize: 2, strides: 1)
            Flatten()
            Dense(3)
            Softmax()
        }
    }

    private static func block(_ x: LayerOutput, _ filters: Int, strides: Int = 1) throws -> LayerOutput {
        var y = try Conv2D(
            filters, kernelSize: 3, strides: Size2D(strides), padding: .same, usesBias: false)(x)
        y = try ReLU()(BatchNormalization(momentum: 0.9)(y))
        y = try BatchNormalization(momentum: 0.8, epsilon: 1e-4)(
            Conv2D(filters, kernelSize: 3, padding: .same)(y))
        let short = strides == 1 ? x : try Conv2D(filters, kernelSize: 1, strides: Size2D(strides))(x)
        return try Activation(.relu)(Add()(y, short))
    }

    private static let residual = Architecture(name: "residual") {
        let image = Input(shape: [8, 8, 3], name: "image")
        var x = try Conv2D(4, kernelSize: 3, padding: .same)(image)
        x = try block(x, 4)
        x = try block(x, 8, strides: 2)
        x = try Dense(3, name: "classes")(GlobalAveragePooling2D()(x))
        return try Model(inputs: [image], outputs: [x], seed: 4, name: "residual")
    }

    private static let separable = Architecture(name: "separable") {
        Sequential(seed: 5, name: "separable") {
            ZeroPadding2D(Margins2D(top: 0, bottom: 1, left: 0, right: 1), inputShape: [8, 8, 3])
            Conv2D(4, kernelSize: 3, strides: 2, usesBias: false)
            BatchNormalization()
            ReLU(maxValue: 6)
            DepthwiseConv2D(kernelSize: 3, padding: .same, depthMultiplier: 2, usesBias: false)
            BatchNormalization()
            PReLU(sharedAxes: [1, 2])
            Conv2D(6, kernelSize: 1, activation: .swish)
            Cropping2D(1)
            GlobalAveragePooling2D(keepsDimensions: true)
            Reshape([6])
            Dense(2, activation: .sigmoid)
        }
    }

    private static let dense = Architecture(name: "densely connected") {
        let image = Input(shape: [6, 6, 2], name: "image")
        var x: LayerOutput = image.layerOutput
        for filters in [3, 4] {
            let new = try Conv2D(filters, kernelSize: 3, padding: .same)(ReLU()(BatchNormalization()(x)))
            x = try Concatenate()(x, new)
        }
        x = try Dense(2)(GlobalMaxPooling2D()(x))
        return try Model(inputs: [image], outputs: [x], seed: 6, name: "densely_connected")
    }

    private static let branching = Architecture(name: "branching") {
        let image = Input(shape: [7, 7, 2], name: "image")
        let one = try Conv2D(3, kernelSize: 1, activation: .elu)(image)
        let three = try Conv2D(4, kernelSize: 3, padding: .same, dilation: 2)(image)
        let grouped = try Conv2D(4, kernelSize: 3, padding: .same, groups: 2)(LeakyReLU()(image))
        let pooled = try MaxPooling2D(poolSize: 3, strides: 1, padding: .same)(image)
        let all = try Concatenate()(one, three, grouped, pooled)
        let output = try Dense(3)(Flatten()(AveragePooling2D(poolSize: 3, padding: .same)(all)))
        return try Model(inputs: [image], outputs: [output], seed: 7, name: "branching")
    }

    private static let siamese = Architecture(name: "siamese") {
        let left = Input(shape: [5], name: "left")
        let right = Input(shape: [5], name: "right")
        let tower = Sequential(name: "tower") {
            Dense(6, activation: .gelu, inputShape: [5])
            LayerNormalization()
        }
        let (a, b) = (try tower(left), try tower(right))
        let difference = try Activation(.sigmoid)(Subtract()(a, b))
        let output = try Dense(1)(Concatenate()(difference, Multiply()(a, b)))
        return try Model(inputs: [left, right], outputs: [output], seed: 8, name: "siamese")
    }

    private static let severalOutputs = Architecture(name: "several outputs") {
        let (a, b) = (Input(shape: [4], name: "a"), Input(shape: [4], name: "b"))
        let largest = try Maximum()(a, b)
        let smallest = try Minimum()(a, b)
        let mean = try Average()(largest, smallest)
        let first = try Dense(2, name: "first")(mean)
        let second = try Dense(3, activation: .softplus, name: "second")(Concatenate()(largest, first))
        return try Model(inputs: [a, b], outputs: [first, second], seed: 9, name: "several_outputs")
    }

    private static let nested = Architecture(name: "nested") {
        let innermost = Sequential(name: "innermost") {
            Dense(5, activation: .hardSigmoid, inputShape: [4])
            BatchNormalization(momentum: 0.7)
        }
        let inner = Sequential(name: "inner") {
            Dense(4, activation: .leakyRelu(slope: 0.1), inputShape: [6])
            innermost
            Dense(4, activation: .elu(alpha: 0.5))
            Activation(.hardSigmoidOfKeras2)
        }
        let input = Input(shape: [6], name: "input")
        let output = try Dense(2)(inner(input))
        return try Model(inputs: [input], outputs: [output], seed: 10, name: "nested")
    }

    /// A head on a model of inputs and outputs, as a pretrained network gets one.
    private static let headed = Architecture(name: "headed") {
        let image = Input(shape: [6, 6, 3], name: "image")
        let features = try BatchNormalization()(Conv2D(4, kernelSize: 3)(image))
        let base = try Model(inputs: [image], outputs: [ReLU()(features)], name: "base")
        return Sequential(seed: 21, name: "headed") {
            base
            GlobalAveragePooling2D()
            Dense(2)
        }
    }

    private static let autoencoder = Architecture(name: "autoencoder") {
        Sequential(seed: 11, name: "autoencoder") {
            Dense(6, activation: .relu, inputShape: [8])
            Dense(2, name: "code")
            Dense(6, activation: .mish)
            Dense(8)
        }
    }

    private static let groupNormalized = Architecture(name: "group-normalized") {
        Sequential(seed: 12, name: "group_normalized") {
            Conv2D(6, kernelSize: 3, usesBias: false, inputShape: [6, 6, 2])
            GroupNormalization(groups: 3)
            ReLU(negativeSlope: 0.1)
            Conv2D(4, kernelSize: 3)
            GroupNormalization(groups: -1, center: false)
            GlobalMaxPooling2D(keepsDimensions: true)
            Flatten()
            Dense(2)
        }
    }

    private static let mixer = Architecture(name: "mixer") {
        let tokens = Input(shape: [4, 6], name: "tokens")
        let x = try Add()(tokens, Dense(6, activation: .gelu)(LayerNormalization(axes: [1, 2])(tokens)))
        let output = try Dense(2)(Flatten()(Softmax(axis: 1)(LayerNormalization(scale: false)(x))))
        return try Model(inputs: [tokens], outputs: [output], seed: 13, name: "mixer")
    }

    private static let noisy = Architecture(name: "noisy", isDeterministic: false) {
        Sequential(seed: 14, name: "noisy") {
            GaussianNoise(standardDeviation: 0.1, inputShape: [6, 6, 2])
            Conv2D(4, kernelSize: 3)
            SpatialDropout2D(0.2)
            Flatten()
            GaussianDropout(0.1)
            Dropout(0.3)
            Dense(2)
        }
    }

    private static let segmenting = Architecture(name: "segmenting") {
        let image = Input(shape: [8, 8, 3], name: "image")
        let normalization = Normalization()
        try normalization.adapt(to: KerasModelTests.values([40, 8, 8, 3], 5) * 3 + 1)
        let start = try Normalization(mean: [0.5], variance: [4], inverts: true)(normalization(image))
        let down = try SeparableConv2D(
            5, kernelSize: 3, strides: 2, padding: .same, depthMultiplier: 2, activation: .relu)(start)
        let deep = try SeparableConv2D(6, kernelSize: 3, usesBias: false)(down)
        let up = try Conv2DTranspose(4, kernelSize: 3, activation: .elu)(deep)
        let wide = try Conv2DTranspose(3, kernelSize: 4, strides: 2, padding: .same, usesBias: false)(up)
        let odd = try Conv2DTranspose(
            3, kernelSize: 3, strides: 2, padding: .same, outputPadding: 1)(up)
        let dilated = try Conv2DTranspose(2, kernelSize: 3, padding: .same, dilation: 2)(wide)
        let smooth = try UpSampling2D(2, interpolation: .bilinear)(down)
        let all = try Concatenate()(dilated, odd, smooth, UpSampling2D()(up))
        let output = try Conv2D(2, kernelSize: 1)(all)
        return try Model(inputs: [image], outputs: [output], seed: 15, name: "segmenting")
    }

    private static let stochasticDepth = Architecture(name: "stochastic depth", isDeterministic: false) {
        let image = Input(shape: [4, 4, 3], name: "image")
        let branch = try Dropout(0.2, noiseShape: [nil, 1, 1, 1])(
            Conv2D(3, kernelSize: 3, padding: .same, activation: .swish)(image))
        let output = try Dense(2)(GlobalAveragePooling2D()(Add()(image, branch)))
        return try Model(inputs: [image], outputs: [output], seed: 16, name: "stochastic_depth")
    }

    private static let augmenting = Architecture(name: "augmenting", isDeterministic: false) {
        Sequential(seed: 17, name: "augmenting") {
            RandomFlip(.horizontal, seed: 5, inputShape: [6, 6, 3])
            RandomTranslation(height: 0.2, width: .between(-0.1, 0.3), fill: .wrap)
            RandomRotation(0.05, fill: .constant(0.5), interpolation: .nearest)
            RandomZoom(height: 0.1)
            RandomZoom(height: .between(-0.2, 0), width: 0.1, fill: .nearest)
            RandomBrightness(0.2, valueRange: -1...1)
            RandomContrast(0.3, valueRange: -1...1)
            RandomSaturation(.between(0.4, 0.6), valueRange: -1...1)
            RandomErasing(0.5, scale: .between(0.1, 0.2), fillValue: [0, 0.5, 1], valueRange: -1...1)
            RandomErasing(valueRange: 0...1)
            RandomCrop(height: 6, width: 6)
            Conv2D(4, kernelSize: 3)
            Flatten()
            Dense(2)
        }
    }
}
