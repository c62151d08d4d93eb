import Foundation
public import Thaw

/// MobileNetV2 (Sandler et al., 2018): residual blocks that are wide inside and narrow between one another.
///
/// 3.54 million parameters with the classifier for an alpha of 1. Its weights expect `Preprocessing.tensorFlow`. Blocks
/// are called `expanded_conv` and `block_1` to `block_16`.
public final class MobileNetV2: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - alpha: a factor for the number of channels, above 0; published are weights for 0.35, 0.5, 0.75, 1, 1.3 and 1.4.
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
        alpha: Double = 1, inputShape: [Int]? = nil, weights: PretrainedWeights = .imageNet,
        includeTop: Bool = true, pooling: FinalPooling? = nil, classes: Int = 1000,
        classifierActivation: ActivationFunction = .softmax, seed: UInt64? = nil, name: String? = nil
    ) throws {
        try self.init(
            MobileNetV2.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name),
                alpha: alpha))
    }

    static func plan(_ settings: ApplicationSettings, alpha: Double) throws -> ApplicationPlan {
        let application = "MobileNetV2(alpha: \(alpha))"
        try ApplicationSettings.check(alpha: alpha, of: application)
        let image = try settings.image(application, defaultSize: 224, minimum: 32)
        let size = image.layerOutput.shape
        var x = try Conv2D(
            ChannelCount.rounded(32 * alpha), kernelSize: 3, strides: 2, padding: .same, usesBias: false,
            name: "Conv1")(image)
        x = try normalized(x, "bn_Conv1")
        x = try ReLU(maxValue: 6, name: "Conv1_relu")(x)
        let filters = [16, 24, 24, 32, 32, 32, 64, 64, 64, 64, 96, 96, 96, 160, 160, 160, 320]
        for (number, filters) in filters.enumerated() {
            x = try block(
                x, filters: ChannelCount.rounded((Double(filters) * alpha).rounded(.down)),
                halves: [1, 3, 6, 13].contains(number), number: number)
        }
        // As in the paper, fewer than 1280 never.
        x = try Conv2D(
            alpha > 1 ? ChannelCount.rounded(1280 * alpha) : 1280, kernelSize: 1, usesBias: false,
            name: "Conv_1")(x)
        x = try normalized(x, "Conv_1_bn")
        x = try ReLU(maxValue: 6, name: "out_relu")(x)
        x =
            try settings.includeTop
            ? settings.classified(GlobalAveragePooling2D()(x)) : settings.pooled(x)
        return ApplicationPlan(
            application: application,
            name: "mobilenetv2_\(String(format: "%.2f", alpha))_\(size[0])", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .tensorFlow,
            published: published(settings, alpha: alpha, size: size))
    }

    /// The file for the nearest of the sizes that were trained on; nil for an alpha that none was.
    private static func published(
        _ settings: ApplicationSettings, alpha: Double, size: [Int]
    ) -> PublishedWeights? {
        guard [0.35, 0.5, 0.75, 1, 1.3, 1.4].contains(alpha) else { return nil }
        let rows = size[0] == size[1] && [96, 128, 160, 192].contains(size[0]) ? size[0] : 224
        let suffix = settings.includeTop ? "" : "_no_top"
        return .keras(
            "mobilenet_v2/mobilenet_v2_weights_tf_dim_ordering_tf_kernels_\(alpha)_\(rows)\(suffix).h5",
            md5: nil)
    }

    private static func block(
        _ input: LayerOutput, filters: Int, halves: Bool, number: Int
    ) throws -> LayerOutput {
        let channels = input.shape[2]
        let name = number == 0 ? "expanded_conv" : "block_\(number)"
        var x = input
        if number > 0 {
            x = try Conv2D(
                6 * channels, kernelSize: 1, padding: .same, usesBias: false, name: "\(name)_expand")(x)
            x = try normalized(x, "\(name)_expand_BN")
            x = try ReLU(maxValue: 6, name: "\(name)_expand_relu")(x)
        }
        if halves { x = try ZeroPadding2D(.halving(x, kernelSize: 3), name: "\(name)_pad")(x) }
        x = try DepthwiseConv2D(
            kernelSize: 3, strides: halves ? 2 : 1, padding: halves ? .valid : .same, usesBias: false,
            name: "\(name)_depthwise")(x)
        x = try normalized(x, "\(name)_depthwise_BN")
        x = try ReLU(maxValue: 6, name: "\(name)_depthwise_relu")(x)
        x = try Conv2D(
            filters, kernelSize: 1, padding: .same, usesBias: false, name: "\(name)_project")(x)
        x = try normalized(x, "\(name)_project_BN")
        return channels == filters && !halves ? try Add(name: "\(name)_add")(input, x) : x
    }

    private static func normalized(_ x: LayerOutput, _ name: String) throws -> LayerOutput {
        try BatchNormalization(momentum: 0.999, name: name)(x)
    }
}
