public import Thaw

/// Xception (Chollet, 2017): residual blocks of separable convolutions.
///
/// 22.9 million parameters with the classifier. Its weights expect `Preprocessing.tensorFlow`. Blocks are called `block1`
/// to `block14`.
public final class Xception: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 71 x 71; `[299, 299, 3]` if nil.
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
            Xception.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }

    static func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("Xception", defaultSize: 299, minimum: 71)
        let named = AutomaticNames()
        var x = image.layerOutput
        for (number, filters) in [(1, 32), (2, 64)] {
            let name = "block1_conv\(number)"
            x = try Conv2D(
                filters, kernelSize: 3, strides: number == 1 ? 2 : 1, usesBias: false, name: name)(x)
            x = try BatchNormalization(name: "\(name)_bn")(x)
            x = try Activation(.relu, name: "\(name)_act")(x)
        }
        for (number, filters) in [(2, 128), (3, 256), (4, 728)] {
            x = try reducing(x, [filters, filters], number, named)
        }
        for number in 5...12 { x = try keeping(x, number, named) }
        x = try reducing(x, [728, 1024], 13, named)
        for (number, filters) in [(1, 1536), (2, 2048)] {
            x = try separable(x, filters, "block14_sepconv\(number)")
            x = try Activation(.relu, name: "block14_sepconv\(number)_act")(x)
        }
        x =
            try settings.includeTop
            ? settings.classified(GlobalAveragePooling2D(name: "avg_pool")(x)) : settings.pooled(x)
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "Xception", name: "xception", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .tensorFlow,
            published: .keras(
                "xception/xception_weights_tf_dim_ordering_tf_kernels\(suffix).h5",
                md5: settings.includeTop
                    ? "0a58e3b7378bc2990ea3b43d5981f1f6" : "b0042744bf5b25fce3cb969f33bebb97"))
    }

    /// A block that halves height and width, with a convolution in the shortcut.
    private static func reducing(
        _ input: LayerOutput, _ filters: [Int], _ number: Int, _ named: AutomaticNames
    ) throws -> LayerOutput {
        let projected = try named(
            Conv2D(
                filters.last ?? 0, kernelSize: 1, strides: 2, padding: .same, usesBias: false))(input)
        let shortcut = try named(BatchNormalization())(projected)
        var x = input
        for (index, filters) in filters.enumerated() {
            let name = "block\(number)_sepconv\(index + 1)"
            // What comes before block 2 ends with an activation.
            if number > 2 || index > 0 { x = try Activation(.relu, name: "\(name)_act")(x) }
            x = try separable(x, filters, name)
        }
        x = try MaxPooling2D(poolSize: 3, strides: 2, padding: .same, name: "block\(number)_pool")(x)
        return try named(Add())(x, shortcut)
    }

    /// A block that keeps height and width.
    private static func keeping(
        _ input: LayerOutput, _ number: Int, _ named: AutomaticNames
    ) throws -> LayerOutput {
        var x = input
        for index in 1...3 {
            let name = "block\(number)_sepconv\(index)"
            x = try Activation(.relu, name: "\(name)_act")(x)
            x = try separable(x, 728, name)
        }
        return try named(Add())(x, input)
    }

    private static func separable(_ input: LayerOutput, _ filters: Int, _ name: String) throws -> LayerOutput
    {
        let x = try SeparableConv2D(
            filters, kernelSize: 3, padding: .same, usesBias: false, name: name)(input)
        return try BatchNormalization(name: "\(name)_bn")(x)
    }
}
