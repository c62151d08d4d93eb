import Foundation
public import Thaw

/// MobileNet (Howard et al., 2017): depthwise convolutions, each followed by one of 1 x 1.
///
/// 4.25 million parameters with the classifier for an alpha of 1. Its weights expect `Preprocessing.tensorFlow`. Blocks
/// are called `conv_1` to `conv_13`, and consist of `conv_pad_2`, `conv_dw_2`, `conv_pw_2` and what follows these.
public final class MobileNet: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - alpha: a factor for the number of channels, above 0; published are weights for 0.25, 0.5, 0.75 and 1.
    ///   - depthMultiplier: how many channels a depthwise convolution makes of each, at least 1.
    ///   - inputShape: `[height, width, channels]`, at least 32 x 32; `[224, 224, 3]` if nil.
    ///   - weights: where the weights come from; Keras's default, ImageNet's.
    ///   - includeTop: whether the classifier is there.
    ///   - pooling: what the network ends with where it is not; nil for an image of features.
    ///   - classes: the number of classes, 1000 with ImageNet's weights.
    ///   - classifierActivation: what the classifier applies; `.linear` gives logits.
    ///   - dropout: the share of features that is dropped before the classifier, in `0...1`.
    ///   - seed: where first values start from; fresh if nil.
    ///   - name: the model's name.
    /// - Throws: `ApplicationError` for arguments that do not go together and weights that cannot be had or are another network's;
    ///   what `loadWeights` throws.
    public convenience init(
        alpha: Double = 1, depthMultiplier: Int = 1, inputShape: [Int]? = nil,
        weights: PretrainedWeights = .imageNet, includeTop: Bool = true, pooling: FinalPooling? = nil,
        classes: Int = 1000, classifierActivation: ActivationFunction = .softmax, dropout: Double = 1e-3,
        seed: UInt64? = nil, name: String? = nil
    ) throws {
        try self.init(
            MobileNet.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name),
                alpha: alpha, depthMultiplier: depthMultiplier, dropout: dropout))
    }

    static func plan(
        _ settings: ApplicationSettings, alpha: Double, depthMultiplier: Int = 1, dropout: Double = 1e-3
    ) throws -> ApplicationPlan {
        let application = "MobileNet(alpha: \(alpha))"
        try ApplicationSettings.check(alpha: alpha, of: application)
        let image = try settings.image(application, defaultSize: 224, minimum: 32)
        let size = image.layerOutput.shape
        func channels(_ count: Int) -> Int { Int(Double(count) * alpha) }

        var x = try Conv2D(
            channels(32), kernelSize: 3, strides: 2, padding: .same, usesBias: false, name: "conv1")(image)
        x = try activated(x, "conv1")
        let filters = [64, 128, 128, 256, 256, 512, 512, 512, 512, 512, 512, 1024, 1024]
        for (index, filters) in filters.enumerated() {
            let number = index + 1
            x = try block(
                x, filters: channels(filters), halves: [2, 4, 6, 12].contains(number),
                depthMultiplier: depthMultiplier, number: number)
        }
        if settings.includeTop {
            x = try GlobalAveragePooling2D(keepsDimensions: true)(x)
            x = try Dropout(dropout, name: "dropout")(x)
            x = try Conv2D(settings.classes, kernelSize: 1, padding: .same, name: "conv_preds")(x)
            x = try Reshape([settings.classes], name: "reshape_2")(x)
            x = try Activation(settings.classifierActivation, name: "predictions")(x)
        } else {
            x = try settings.pooled(x)
        }
        return ApplicationPlan(
            application: application,
            name: "mobilenet_\(String(format: "%.2f", alpha))_\(size[0])", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .tensorFlow,
            published: published(settings, alpha: alpha, depthMultiplier: depthMultiplier, size: size))
    }

    /// The file for the nearest of the sizes that were trained on; nil for an alpha that none was.
    private static func published(
        _ settings: ApplicationSettings, alpha: Double, depthMultiplier: Int, size: [Int]
    ) -> PublishedWeights? {
        let texts = [0.25: "2_5", 0.5: "5_0", 0.75: "7_5", 1: "1_0"]
        guard depthMultiplier == 1, let text = texts[alpha] else { return nil }
        let rows = size[0] == size[1] && [128, 160, 192].contains(size[0]) ? size[0] : 224
        let suffix = settings.includeTop ? "" : "_no_top"
        return .keras("mobilenet/mobilenet_\(text)_\(rows)_tf\(suffix).h5", md5: nil)
    }

    private static func block(
        _ input: LayerOutput, filters: Int, halves: Bool, depthMultiplier: Int, number: Int
    ) throws -> LayerOutput {
        var x = input
        if halves {
            x = try ZeroPadding2D(
                Margins2D(top: 0, bottom: 1, left: 0, right: 1), name: "conv_pad_\(number)")(x)
        }
        x = try DepthwiseConv2D(
            kernelSize: 3, strides: halves ? 2 : 1, padding: halves ? .valid : .same,
            depthMultiplier: depthMultiplier, usesBias: false, name: "conv_dw_\(number)")(x)
        x = try activated(x, "conv_dw_\(number)")
        x = try Conv2D(
            filters, kernelSize: 1, padding: .same, usesBias: false, name: "conv_pw_\(number)")(x)
        return try activated(x, "conv_pw_\(number)")
    }

    private static func activated(_ input: LayerOutput, _ name: String) throws -> LayerOutput {
        let x = try BatchNormalization(name: "\(name)_bn")(input)
        return try ReLU(maxValue: 6, name: "\(name)_relu")(x)
    }
}
