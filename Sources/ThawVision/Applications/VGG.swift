public import Thaw

/// VGG-16 (Simonyan and Zisserman, 2014): 13 convolutions of 3 x 3 in five blocks, and three dense layers.
///
/// 138 million parameters with the classifier, most of them in its first layer, whose size follows from `inputShape`. Its
/// weights expect `Preprocessing.caffe`. Blocks are called `block1` to `block5`.
public final class VGG16: Application {
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
            VGG.vgg16.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// VGG-19 (Simonyan and Zisserman, 2014): 16 convolutions of 3 x 3 in five blocks, and three dense layers.
///
/// 144 million parameters with the classifier, most of them in its first layer, whose size follows from `inputShape`. Its
/// weights expect `Preprocessing.caffe`. Blocks are called `block1` to `block5`.
public final class VGG19: Application {
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
            VGG.vgg19.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// What both networks have in common.
struct VGG {
    /// The layers with weights.
    let depth: Int
    /// How many convolutions there are in each block.
    let convolutions: [Int]
    /// MD5 digests of the published files, with the classifier and without.
    let digests: (top: String, noTop: String)

    static let vgg16 = VGG(
        depth: 16, convolutions: [2, 2, 3, 3, 3],
        digests: ("64373286793e3c8b2b4e3219cbf3544b", "6d6bbae143d832006294945121d1f1fc"))
    static let vgg19 = VGG(
        depth: 19, convolutions: [2, 2, 4, 4, 4],
        digests: ("cbe5617147190e668d6c5d5026f83318", "253f8cb515780f3b799900260a226db6"))

    func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("VGG\(depth)", defaultSize: 224, minimum: 32)
        var x = image.layerOutput
        for (index, count) in convolutions.enumerated() {
            let block = "block\(index + 1)"
            for number in 1...count {
                x = try Conv2D(
                    [64, 128, 256, 512, 512][index], kernelSize: 3, padding: .same, activation: .relu,
                    name: "\(block)_conv\(number)")(x)
            }
            x = try MaxPooling2D(poolSize: 2, name: "\(block)_pool")(x)
        }
        if settings.includeTop {
            x = try Flatten(name: "flatten")(x)
            x = try Dense(4096, activation: .relu, name: "fc1")(x)
            x = try Dense(4096, activation: .relu, name: "fc2")(x)
            x = try settings.classified(x)
        } else {
            x = try settings.pooled(x)
        }
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "VGG\(depth)", name: "vgg\(depth)", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .caffe,
            published: .keras(
                "vgg\(depth)/vgg\(depth)_weights_tf_dim_ordering_tf_kernels\(suffix).h5",
                md5: settings.includeTop ? digests.top : digests.noTop))
    }
}
