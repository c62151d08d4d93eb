public import Thaw

/// ResNet-50 (He et al., 2015), as Keras defines it: residual blocks of three convolutions, the stride in the first.
///
/// 25.6 million parameters with the classifier. Its weights expect `Preprocessing.caffe`. Blocks are called
/// `conv2_block1` to `conv5_block3`.
public final class ResNet50: Application {
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
            ResNet.resNet50.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// ResNet-101 (He et al., 2015), as Keras defines it: residual blocks of three convolutions, the stride in the first.
///
/// 44.7 million parameters with the classifier. Its weights expect `Preprocessing.caffe`. Blocks are called
/// `conv2_block1` to `conv5_block3`.
public final class ResNet101: Application {
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
            ResNet.resNet101.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// ResNet-152 (He et al., 2015), as Keras defines it: residual blocks of three convolutions, the stride in the first.
///
/// 60.4 million parameters with the classifier. Its weights expect `Preprocessing.caffe`. Blocks are called
/// `conv2_block1` to `conv5_block3`.
public final class ResNet152: Application {
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
            ResNet.resNet152.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// What residual networks of this kind have in common.
struct ResNet {
    /// The layers that are counted in the name.
    let depth: Int
    /// How many blocks there are in each of the four stages.
    let blocks: [Int]
    /// MD5 digests of the published files, with the classifier and without.
    let digests: (top: String, noTop: String)

    static let resNet50 = ResNet(
        depth: 50, blocks: [3, 4, 6, 3],
        digests: ("2cb95161c43110f7111970584f804107", "4d473c1dd8becc155b73f8504c6f6626"))
    static let resNet101 = ResNet(
        depth: 101, blocks: [3, 4, 23, 3],
        digests: ("f1aeb4b969a6efcfb50fad2f0c20cfc5", "88cf7a10940856eca736dc7b7e228a21"))
    static let resNet152 = ResNet(
        depth: 152, blocks: [3, 8, 36, 3],
        digests: ("100835be76be38e30d865e96f2aaae62", "ee4c566cf9a93f14d82f913c2dc6dd0c"))

    func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("ResNet\(depth)", defaultSize: 224, minimum: 32)
        var x = try ZeroPadding2D(3, name: "conv1_pad")(image)
        x = try Conv2D(64, kernelSize: 7, strides: 2, name: "conv1_conv")(x)
        x = try normalized(x, "conv1_bn")
        x = try Activation(.relu, name: "conv1_relu")(x)
        x = try ZeroPadding2D(1, name: "pool1_pad")(x)
        x = try MaxPooling2D(poolSize: 3, strides: 2, name: "pool1_pool")(x)
        for (stage, count) in blocks.enumerated() {
            for number in 1...count {
                x = try block(
                    x, filters: 64 << stage, strides: stage > 0 && number == 1 ? 2 : 1,
                    projectsShortcut: number == 1, name: "conv\(stage + 2)_block\(number)")
            }
        }
        if settings.includeTop {
            x = try settings.classified(GlobalAveragePooling2D(name: "avg_pool")(x))
        } else {
            x = try settings.pooled(x, names: ("avg_pool", "max_pool"))
        }
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "ResNet\(depth)", name: "resnet\(depth)", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .caffe,
            published: .keras(
                "resnet/resnet\(depth)_weights_tf_dim_ordering_tf_kernels\(suffix).h5",
                md5: settings.includeTop ? digests.top : digests.noTop))
    }

    /// Three convolutions beside a shortcut.
    private func block(
        _ input: LayerOutput, filters: Int, strides: Size2D, projectsShortcut: Bool, name: String
    ) throws -> LayerOutput {
        var shortcut = input
        if projectsShortcut {
            shortcut = try Conv2D(4 * filters, kernelSize: 1, strides: strides, name: "\(name)_0_conv")(input)
            shortcut = try normalized(shortcut, "\(name)_0_bn")
        }
        var x = try Conv2D(filters, kernelSize: 1, strides: strides, name: "\(name)_1_conv")(input)
        x = try normalized(x, "\(name)_1_bn")
        x = try Activation(.relu, name: "\(name)_1_relu")(x)
        x = try Conv2D(filters, kernelSize: 3, padding: .same, name: "\(name)_2_conv")(x)
        x = try normalized(x, "\(name)_2_bn")
        x = try Activation(.relu, name: "\(name)_2_relu")(x)
        x = try Conv2D(4 * filters, kernelSize: 1, name: "\(name)_3_conv")(x)
        x = try normalized(x, "\(name)_3_bn")
        x = try Add(name: "\(name)_add")(shortcut, x)
        return try Activation(.relu, name: "\(name)_out")(x)
    }

    private func normalized(_ x: LayerOutput, _ name: String) throws -> LayerOutput {
        try BatchNormalization(epsilon: 1.001e-5, name: name)(x)
    }
}
