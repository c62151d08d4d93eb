import Foundation
import Thaw

/// What the networks of this kind have in common: B0, made wider and deeper.
struct EfficientNet {
    let variant: Int
    let width: Double
    let depth: Double
    let size: Int
    /// The share of features that is dropped before the classifier.
    let dropout: Double
    /// MD5 digests of the published files, with the classifier and without.
    let digests: (top: String, noTop: String)

    static let b0 = EfficientNet(
        variant: 0, width: 1, depth: 1, size: 224, dropout: 0.2,
        digests: ("902e53a9f72be733fc0bcb005b3ebbac", "50bc09e76180e00e4465e1a485ddc09d"))
    static let b1 = EfficientNet(
        variant: 1, width: 1, depth: 1.1, size: 240, dropout: 0.2,
        digests: ("1d254153d4ab51201f1646940f018540", "74c4e6b3e1f6a1eea24c589628592432"))
    static let b2 = EfficientNet(
        variant: 2, width: 1.1, depth: 1.2, size: 260, dropout: 0.3,
        digests: ("b15cce36ff4dcbd00b6dd88e7857a6ad", "111f8e2ac8aa800a7a99e3239f7bfb39"))
    static let b3 = EfficientNet(
        variant: 3, width: 1.2, depth: 1.4, size: 300, dropout: 0.3,
        digests: ("ffd1fdc53d0ce67064dc6a9c7960ede0", "af6d107764bb5b1abb91932881670226"))

    /// Blocks of one kind, one after the other; the first may halve height and width.
    private struct Stage {
        let kernelSize: Int
        let repeats: Int
        let filters: Int
        let expansion: Int
        let halves: Bool
    }

    private static let stages = [
        Stage(kernelSize: 3, repeats: 1, filters: 16, expansion: 1, halves: false),
        Stage(kernelSize: 3, repeats: 2, filters: 24, expansion: 6, halves: true),
        Stage(kernelSize: 5, repeats: 2, filters: 40, expansion: 6, halves: true),
        Stage(kernelSize: 3, repeats: 3, filters: 80, expansion: 6, halves: true),
        Stage(kernelSize: 5, repeats: 3, filters: 112, expansion: 6, halves: false),
        Stage(kernelSize: 5, repeats: 4, filters: 192, expansion: 6, halves: true),
        Stage(kernelSize: 3, repeats: 1, filters: 320, expansion: 6, halves: false),
    ]

    private static let kernels = Initializer.varianceScaling(
        scale: 2, mode: .fanOut, distribution: .truncatedNormal)

    func plan(_ settings: ApplicationSettings) throws -> ApplicationPlan {
        let image = try settings.image("EfficientNetB\(variant)", defaultSize: size, minimum: 32)
        var x = try stem(image.layerOutput, settings)
        let stages = Self.stages
        let counts = stages.map { Int((depth * Double($0.repeats)).rounded(.up)) }
        let total = counts.reduce(0, +)
        var place = 0
        for (index, stage) in stages.enumerated() {
            for (number, letter) in "abcdefghij".prefix(counts[index]).enumerated() {
                x = try block(
                    x, stage, halves: stage.halves && number == 0,
                    dropRate: 0.2 * Double(place) / Double(total), name: "block\(index + 1)\(letter)_")
                place += 1
            }
        }
        x = try convolution(x, channels(1280), "top_conv")
        x = try activated(x, normalization: "top_bn", activation: "top_activation")
        if settings.includeTop {
            x = try GlobalAveragePooling2D(name: "avg_pool")(x)
            x = try Dropout(dropout, name: "top_dropout")(x)
            x = try settings.classified(
                x,
                kernelInitializer: .varianceScaling(scale: 1.0 / 3, mode: .fanOut, distribution: .uniform))
        } else {
            x = try settings.pooled(x, names: ("avg_pool", "max_pool"))
        }
        let suffix = settings.includeTop ? "" : "_notop"
        return ApplicationPlan(
            application: "EfficientNetB\(variant)", name: "efficientnetb\(variant)", settings: settings,
            inputs: [image.layerOutput], outputs: [x], preprocessing: .rawPixels,
            published: PublishedWeights(
                publication: .imageNet,
                address:
                    "https://storage.googleapis.com/keras-applications/efficientnetb\(variant)\(suffix).h5",
                checksum: .md5(settings.includeTop ? digests.top : digests.noTop)))
    }

    private func channels(_ count: Int) -> Int { ChannelCount.rounded(Double(count) * width) }

    /// Scales pixels, and makes the first features.
    private func stem(_ image: LayerOutput, _ settings: ApplicationSettings) throws -> LayerOutput {
        let named = AutomaticNames()
        var x = try named(Rescaling(1 / 255.0))(image)
        x = try named(Normalization())(x)
        if case .published = settings.weights.source {
            // Keras's published weights were made with images divided by the variance, not by its square root.
            x = try named(Rescaling(scales: [0.229, 0.224, 0.225].map { 1 / $0.squareRoot() }))(x)
        }
        x = try ZeroPadding2D(.halving(x, kernelSize: 3), name: "stem_conv_pad")(x)
        x = try Conv2D(
            channels(32), kernelSize: 3, strides: 2, usesBias: false, kernelInitializer: Self.kernels,
            name: "stem_conv")(x)
        return try activated(x, normalization: "stem_bn", activation: "stem_activation")
    }

    private func block(
        _ input: LayerOutput, _ stage: Stage, halves: Bool, dropRate: Double, name: String
    ) throws -> LayerOutput {
        let (before, after) = (input.shape[2], channels(stage.filters))
        let inside = before * stage.expansion
        var x = input
        if stage.expansion != 1 {
            x = try convolution(x, inside, "\(name)expand_conv")
            x = try activated(
                x, normalization: "\(name)expand_bn", activation: "\(name)expand_activation")
        }
        if halves {
            x = try ZeroPadding2D(.halving(x, kernelSize: stage.kernelSize), name: "\(name)dwconv_pad")(x)
        }
        x = try DepthwiseConv2D(
            kernelSize: Size2D(stage.kernelSize), strides: halves ? 2 : 1,
            padding: halves ? .valid : .same, usesBias: false, kernelInitializer: Self.kernels,
            name: "\(name)dwconv")(x)
        x = try activated(x, normalization: "\(name)bn", activation: "\(name)activation")
        x = try excited(x, reducedTo: max(1, before / 4), name: name)
        x = try convolution(x, after, "\(name)project_conv")
        x = try BatchNormalization(name: "\(name)project_bn")(x)
        guard !halves, before == after else { return x }
        if dropRate > 0 {
            x = try Dropout(dropRate, noiseShape: [nil, 1, 1, 1], name: "\(name)drop")(x)
        }
        return try Add(name: "\(name)add")(x, input)
    }

    /// Squeeze and excitation (Hu et al., 2017): each channel is multiplied by a number that follows from all of them.
    private func excited(_ input: LayerOutput, reducedTo reduced: Int, name: String) throws -> LayerOutput {
        let count = input.shape[2]
        var x = try GlobalAveragePooling2D(name: "\(name)se_squeeze")(input)
        x = try Reshape([1, 1, count], name: "\(name)se_reshape")(x)
        x = try Conv2D(
            reduced, kernelSize: 1, padding: .same, activation: .swish, kernelInitializer: Self.kernels,
            name: "\(name)se_reduce")(x)
        x = try Conv2D(
            count, kernelSize: 1, padding: .same, activation: .sigmoid, kernelInitializer: Self.kernels,
            name: "\(name)se_expand")(x)
        return try Multiply(name: "\(name)se_excite")(input, x)
    }

    private func convolution(_ input: LayerOutput, _ filters: Int, _ name: String) throws -> LayerOutput {
        try Conv2D(
            filters, kernelSize: 1, padding: .same, usesBias: false, kernelInitializer: Self.kernels,
            name: name)(input)
    }

    private func activated(
        _ input: LayerOutput, normalization: String, activation: String
    ) throws -> LayerOutput {
        let x = try BatchNormalization(name: normalization)(input)
        return try Activation(.swish, name: activation)(x)
    }
}
