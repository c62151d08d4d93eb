public import Thaw

/// DenseNet-121 (Huang et al., 2016): every layer sees what all layers of its stage before it gave.
///
/// 8.06 million parameters with the classifier. Its weights expect `Preprocessing.torch`. Blocks are called
/// `conv2_block1` to `conv5_block16`; the transition behind a stage belongs to the stage's last block.
public final class DenseNet121: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 32 x 32; `[224, 224, 3]` if nil.
    ///   - weights: where the weights come from; Keras's default, ImageNet's.
    ///   - includeTop: whether the classifier is there.
    ///   - pooling: what the network ends with where it is not; nil for an image of features.
    ///   - classes: the number of classes, 1000 with ImageNet's weights.
    ///   - classifierActivation: what the classifier applies; `.linear` gives logits.
    ///   - seed: where first values start from; fresh if nil.
    ///   - name: the model's name.
    /// - Throws: `ApplicationError` for arguments that do not go together and weights that cannot be had or are another network's;
    ///   what `loadWeights` throws.
    public convenience init(
        inputShape: [Int]? = nil, weights: PretrainedWeights = .imageNet, includeTop: Bool = true,
        pooling: FinalPooling? = nil, classes: Int = 1000,
        classifierActivation: ActivationFunction = .softmax, seed: UInt64? = nil, name: String? = nil
    ) throws {
        try self.init(
            DenseNet121.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }

    static func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("DenseNet121", defaultSize: 224, minimum: 32)
        let named = AutomaticNames()
        var x = try named(ZeroPadding2D(3))(image)
        x = try Conv2D(64, kernelSize: 7, strides: 2, usesBias: false, name: "conv1_conv")(x)
        x = try activated(x, "conv1")
        x = try named(ZeroPadding2D(1))(x)
        x = try MaxPooling2D(poolSize: 3, strides: 2, name: "pool1")(x)
        for (index, count) in [6, 12, 24, 16].enumerated() {
            let stage = index + 2
            for number in 1...count { x = try block(x, name: "conv\(stage)_block\(number)") }
            if stage < 5 { x = try transition(x, name: "pool\(stage)") }
        }
        x = try BatchNormalization(epsilon: 1.001e-5, name: "bn")(x)
        x = try Activation(.relu, name: "relu")(x)
        if settings.includeTop {
            x = try settings.classified(GlobalAveragePooling2D(name: "avg_pool")(x))
        } else {
            x = try settings.pooled(x, names: ("avg_pool", "max_pool"))
        }
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "DenseNet121", name: "densenet121", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .torch,
            published: .keras(
                "densenet/densenet121_weights_tf_dim_ordering_tf_kernels\(suffix).h5",
                md5: settings.includeTop
                    ? "9d60b8095a5708f2dcce2bca79d332c7" : "30ee3e1110167f948a6b9946edeeb738"))
    }

    /// Adds 32 channels to those that are there.
    private static func block(_ input: LayerOutput, name: String) throws -> LayerOutput {
        var x = try activated(input, "\(name)_0")
        x = try Conv2D(128, kernelSize: 1, usesBias: false, name: "\(name)_1_conv")(x)
        x = try activated(x, "\(name)_1")
        x = try Conv2D(32, kernelSize: 3, padding: .same, usesBias: false, name: "\(name)_2_conv")(x)
        return try Concatenate(name: "\(name)_concat")(input, x)
    }

    /// Halves channels, height and width.
    private static func transition(_ input: LayerOutput, name: String) throws -> LayerOutput {
        var x = try activated(input, name)
        x = try Conv2D(input.shape[2] / 2, kernelSize: 1, usesBias: false, name: "\(name)_conv")(x)
        return try AveragePooling2D(poolSize: 2, name: "\(name)_pool")(x)
    }

    private static func activated(_ input: LayerOutput, _ name: String) throws -> LayerOutput {
        let x = try BatchNormalization(epsilon: 1.001e-5, name: "\(name)_bn")(input)
        return try Activation(.relu, name: "\(name)_relu")(x)
    }
}
