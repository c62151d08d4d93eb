import Foundation
public import Thaw

/// EfficientNet-B0 (Tan and Le, 2019): inverted residual blocks with squeeze and excitation, for images of 224 x 224.
///
/// 5.33 million parameters with the classifier. It scales pixels itself, so its weights expect `Preprocessing.rawPixels`. Blocks
/// are called `block1a` to `block7a`.
///
/// As in Keras, the network of ``PretrainedWeights/imageNet`` has one `Rescaling` layer more than others, which the published
/// weights need; a published file that is at hand is therefore given as ``PretrainedWeights/imageNet(in:)``.
public final class EfficientNetB0: Application {
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
            EfficientNet.b0.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// EfficientNet-B1 (Tan and Le, 2019): inverted residual blocks with squeeze and excitation, for images of 240 x 240.
///
/// 7.86 million parameters with the classifier. It scales pixels itself, so its weights expect `Preprocessing.rawPixels`. Blocks
/// are called `block1a` to `block7b`.
///
/// As in Keras, the network of ``PretrainedWeights/imageNet`` has one `Rescaling` layer more than others, which the published
/// weights need; a published file that is at hand is therefore given as ``PretrainedWeights/imageNet(in:)``.
public final class EfficientNetB1: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 32 x 32; `[240, 240, 3]` if nil.
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
            EfficientNet.b1.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// EfficientNet-B2 (Tan and Le, 2019): inverted residual blocks with squeeze and excitation, for images of 260 x 260.
///
/// 9.18 million parameters with the classifier. It scales pixels itself, so its weights expect `Preprocessing.rawPixels`. Blocks
/// are called `block1a` to `block7b`.
///
/// As in Keras, the network of ``PretrainedWeights/imageNet`` has one `Rescaling` layer more than others, which the published
/// weights need; a published file that is at hand is therefore given as ``PretrainedWeights/imageNet(in:)``.
public final class EfficientNetB2: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 32 x 32; `[260, 260, 3]` if nil.
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
            EfficientNet.b2.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}

/// EfficientNet-B3 (Tan and Le, 2019): inverted residual blocks with squeeze and excitation, for images of 300 x 300.
///
/// 12.3 million parameters with the classifier. It scales pixels itself, so its weights expect `Preprocessing.rawPixels`. Blocks
/// are called `block1a` to `block7b`.
///
/// As in Keras, the network of ``PretrainedWeights/imageNet`` has one `Rescaling` layer more than others, which the published
/// weights need; a published file that is at hand is therefore given as ``PretrainedWeights/imageNet(in:)``.
public final class EfficientNetB3: Application {
    /// Creates the network.
    ///
    /// - Parameters:
    ///   - inputShape: `[height, width, channels]`, at least 32 x 32; `[300, 300, 3]` if nil.
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
            EfficientNet.b3.plan(
                ApplicationSettings(
                    inputShape: inputShape, weights: weights, includeTop: includeTop, pooling: pooling,
                    classes: classes, classifierActivation: classifierActivation, seed: seed, name: name)))
    }
}
