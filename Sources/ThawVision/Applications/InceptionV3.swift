public import Thaw

/// InceptionV3 (Szegedy et al., 2015): modules of several convolutions of different sizes side by side.
///
/// 23.9 million parameters with the classifier. Its weights expect `Preprocessing.tensorFlow`. Most layers have no names
/// of their own; modules end with the layers `mixed0` to `mixed10`, after which blocks are called.
public final class InceptionV3: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 75 x 75; `[299, 299, 3]` if nil.
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
            InceptionV3.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }

    static func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("InceptionV3", defaultSize: 299, minimum: 75)
        var x = try InceptionModules().features(image.layerOutput)
        x =
            try settings.includeTop
            ? settings.classified(GlobalAveragePooling2D(name: "avg_pool")(x)) : settings.pooled(x)
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "InceptionV3", name: "inception_v3", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .tensorFlow,
            published: .keras(
                "inception_v3/inception_v3_weights_tf_dim_ordering_tf_kernels\(suffix).h5",
                md5: settings.includeTop
                    ? "9a0d58056eeedaa3f26cb7ebd46da564" : "bcbd6486424b2319ff4ef7d526e38f63"))
    }
}

/// The modules that the network is made of, each with its layers in the order in which Keras makes and numbers them.
private struct InceptionModules {
    private let named = AutomaticNames()

    func features(_ image: LayerOutput) throws -> LayerOutput {
        var x = try convolution(image, 32, 3, 3, strides: 2, padding: .valid)
        x = try convolution(x, 32, 3, 3, padding: .valid)
        x = try convolution(x, 64, 3, 3)
        x = try named(MaxPooling2D(poolSize: 3, strides: 2))(x)
        x = try convolution(x, 80, 1, 1, padding: .valid)
        x = try convolution(x, 192, 3, 3, padding: .valid)
        x = try named(MaxPooling2D(poolSize: 3, strides: 2))(x)
        for (number, filters) in [32, 64, 64].enumerated() {
            x = try small(x, poolFilters: filters, name: "mixed\(number)")
        }
        x = try firstReduction(x, name: "mixed3")
        for (index, filters) in [128, 160, 160, 192].enumerated() {
            x = try long(x, filters: filters, name: "mixed\(index + 4)")
        }
        x = try secondReduction(x, name: "mixed8")
        for index in 0...1 { x = try wide(x, number: index) }
        return x
    }

    /// Convolutions of up to 5 x 5.
    private func small(_ input: LayerOutput, poolFilters: Int, name: String) throws -> LayerOutput {
        let one = try convolution(input, 64, 1, 1)
        var five = try convolution(input, 48, 1, 1)
        five = try convolution(five, 64, 5, 5)
        var three = try convolution(input, 64, 1, 1)
        three = try convolution(three, 96, 3, 3)
        three = try convolution(three, 96, 3, 3)
        let pool = try pooled(input, poolFilters)
        return try Concatenate(name: name)(one, five, three, pool)
    }

    /// Halves height and width.
    private func firstReduction(_ input: LayerOutput, name: String) throws -> LayerOutput {
        let three = try convolution(input, 384, 3, 3, strides: 2, padding: .valid)
        var double = try convolution(input, 64, 1, 1)
        double = try convolution(double, 96, 3, 3)
        double = try convolution(double, 96, 3, 3, strides: 2, padding: .valid)
        let pool = try named(MaxPooling2D(poolSize: 3, strides: 2))(input)
        return try Concatenate(name: name)(three, double, pool)
    }

    /// Convolutions of 7 x 7, taken apart in two directions.
    private func long(_ input: LayerOutput, filters: Int, name: String) throws -> LayerOutput {
        let one = try convolution(input, 192, 1, 1)
        var seven = try convolution(input, filters, 1, 1)
        seven = try convolution(seven, filters, 1, 7)
        seven = try convolution(seven, 192, 7, 1)
        var double = try convolution(input, filters, 1, 1)
        double = try convolution(double, filters, 7, 1)
        double = try convolution(double, filters, 1, 7)
        double = try convolution(double, filters, 7, 1)
        double = try convolution(double, 192, 1, 7)
        let pool = try pooled(input, 192)
        return try Concatenate(name: name)(one, seven, double, pool)
    }

    /// Halves height and width again.
    private func secondReduction(_ input: LayerOutput, name: String) throws -> LayerOutput {
        var three = try convolution(input, 192, 1, 1)
        three = try convolution(three, 320, 3, 3, strides: 2, padding: .valid)
        var seven = try convolution(input, 192, 1, 1)
        seven = try convolution(seven, 192, 1, 7)
        seven = try convolution(seven, 192, 7, 1)
        seven = try convolution(seven, 192, 3, 3, strides: 2, padding: .valid)
        let pool = try named(MaxPooling2D(poolSize: 3, strides: 2))(input)
        return try Concatenate(name: name)(three, seven, pool)
    }

    /// Convolutions of 3 x 3 whose two directions lie side by side.
    private func wide(_ input: LayerOutput, number: Int) throws -> LayerOutput {
        let one = try convolution(input, 320, 1, 1)
        let three = try convolution(input, 384, 1, 1)
        let threeAcross = try convolution(three, 384, 1, 3)
        let threeDown = try convolution(three, 384, 3, 1)
        let threes = try Concatenate(name: "mixed9_\(number)")(threeAcross, threeDown)
        var double = try convolution(input, 448, 1, 1)
        double = try convolution(double, 384, 3, 3)
        let doubleAcross = try convolution(double, 384, 1, 3)
        let doubleDown = try convolution(double, 384, 3, 1)
        let doubles = try named(Concatenate())(doubleAcross, doubleDown)
        let pool = try pooled(input, 192)
        return try Concatenate(name: "mixed\(9 + number)")(one, threes, doubles, pool)
    }

    private func pooled(_ input: LayerOutput, _ filters: Int) throws -> LayerOutput {
        let x = try named(AveragePooling2D(poolSize: 3, strides: 1, padding: .same))(input)
        return try convolution(x, filters, 1, 1)
    }

    private func convolution(
        _ input: LayerOutput, _ filters: Int, _ rows: Int, _ columns: Int, strides: Size2D = 1,
        padding: Padding2D = .same
    ) throws -> LayerOutput {
        let x = try named(
            Conv2D(
                filters, kernelSize: Size2D(height: rows, width: columns), strides: strides, padding: padding,
                usesBias: false))(input)
        return try named(Activation(.relu))(named(BatchNormalization(scale: false))(x))
    }
}
