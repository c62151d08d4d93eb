public import Thaw

/// The residual networks for CIFAR-10 of He et al. (2015), section 4.2, with shortcuts without parameters (option A), as the PyTorch
/// repository akamaster/pytorch_resnet_cifar10 defines them.
///
/// 0.27 million parameters for a depth of 20, 1.73 million for 110. Layers have the names of PyTorch's modules, and blocks are
/// called `layer1.0` to `layer3.2` (for a depth of 20). Batch Normalization has PyTorch's epsilon, momentum and unbiased variance. Without
/// an activation the classifier gives logits, as there. Its weights expect `Preprocessing.torch`.
public final class CIFARResNet: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - depth: the number of layers with weights, 6n + 2; published are weights for 20, 32, 44, 56 and 110.
    ///   - inputShape: `[height, width, channels]`, both sizes multiples of 4 and at least 8; `[32, 32, 3]` if nil.
    ///   - weights: where the weights come from; by default those of the repository.
    ///   - includeTop: whether the classifier is there.
    ///   - pooling: what the network ends with where it is not; nil for an image of features.
    ///   - classes: the number of classes, 10 with published weights.
    ///   - classifierActivation: what the classifier applies.
    ///   - seed: where first values start from; fresh if nil.
    ///   - name: the model's name.
    /// - Throws: `ApplicationError` for arguments that do not go together and weights that cannot be had or are another network's;
    ///   what `loadWeights` throws.
    public convenience init(
        depth: Int = 20, inputShape: [Int]? = nil, weights: PretrainedWeights = .cifar10,
        includeTop: Bool = true, pooling: FinalPooling? = nil, classes: Int = 10,
        classifierActivation: ActivationFunction = .linear, seed: UInt64? = nil, name: String? = nil
    ) throws {
        try self.init(
            CIFARResNet.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name),
                depth: depth))
    }

    /// The first digits of the SHA-256 digests of the published files, which their names end with.
    private static let digests = [
        20: "12fca82f", 32: "d509ac18", 44: "014dd654", 56: "4bfd9763", 110: "1d1ed7c2",
    ]

    static func plan(_ settings: ApplicationSettings, depth: Int) throws -> ApplicationPlan {
        let application = "CIFARResNet(depth: \(depth))"
        guard depth >= 8, depth % 6 == 2, depth <= 10_000 else {
            throw ApplicationError.invalidArgument(
                application: application, message: "depth must be 6n + 2, such as 20, 32, 44, 56 or 110.")
        }
        let image = try settings.image(application, defaultSize: 32, minimum: 8)
        let size = image.layerOutput.shape
        guard size[0] % 4 == 0, size[1] % 4 == 0 else {
            throw ApplicationError.invalidArgument(
                application: application, message: "height and width must be multiples of 4, got \(size).")
        }
        var x = try convolution(image.layerOutput, 16, halves: false, "", 1)
        x = try ReLU()(x)
        for (stage, filters) in [16, 32, 64].enumerated() {
            for number in 0..<(depth - 2) / 6 {
                x = try block(
                    x, filters: filters, halves: stage > 0 && number == 0,
                    name: "layer\(stage + 1).\(number).")
            }
        }
        x =
            try settings.includeTop
            ? settings.classified(GlobalAveragePooling2D()(x), name: "linear") : settings.pooled(x)
        return ApplicationPlan(
            application: application, name: "resnet\(depth)_cifar10", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .torch,
            published: digests[depth].map { digest in
                PublishedWeights(
                    publication: .cifar10,
                    address:
                        "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"
                        + "resnet\(depth)-\(digest).th",
                    checksum: .sha256(digest))
            }, takesPartOfFile: !settings.includeTop)
    }

    private static func block(
        _ input: LayerOutput, filters: Int, halves: Bool, name: String
    ) throws -> LayerOutput {
        var x = try convolution(input, filters, halves: halves, name, 1)
        x = try ReLU(name: "\(name)relu1")(x)
        x = try convolution(x, filters, halves: false, name, 2)
        let shortcut = halves ? try halved(input, filters: filters, name: name) : input
        x = try Add(name: "\(name)add")(x, shortcut)
        return try ReLU(name: "\(name)relu2")(x)
    }

    private static func convolution(
        _ input: LayerOutput, _ filters: Int, halves: Bool, _ name: String, _ number: Int
    ) throws -> LayerOutput {
        // PyTorch pads on all sides, where the stride makes a difference.
        var x = try halves ? ZeroPadding2D(1, name: "\(name)pad\(number)")(input) : input
        x = try Conv2D(
            filters, kernelSize: 3, strides: halves ? 2 : 1, padding: halves ? .valid : .same,
            usesBias: false, kernelInitializer: .heNormal, name: "\(name)conv\(number)")(x)
        return try BatchNormalization(
            momentum: 0.9, epsilon: 1e-5, movingVarianceEstimate: .unbiased, name: "\(name)bn\(number)")(x)
    }

    /// Every second row and column, with channels of zeros on both sides, made of layers that Keras has too.
    private static func halved(_ input: LayerOutput, filters: Int, name: String) throws -> LayerOutput {
        let halved = try AveragePooling2D(poolSize: 1, strides: 2, name: "\(name)shortcut.half")(input)
        let (height, width, channels) = (halved.shape[0], halved.shape[1], halved.shape[2])
        let more = filters - channels
        // Channels become the width of an image, which can be padded.
        var x = try Reshape([height * width, channels, 1], name: "\(name)shortcut.flat")(halved)
        x = try ZeroPadding2D(
            Margins2D(top: 0, bottom: 0, left: more / 2, right: more - more / 2),
            name: "\(name)shortcut.pad")(x)
        return try Reshape([height, width, filters], name: "\(name)shortcut.image")(x)
    }
}
