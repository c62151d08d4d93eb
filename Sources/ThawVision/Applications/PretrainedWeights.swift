public import Foundation

/// Where a network's weights come from.
///
/// ```swift
/// let net = try ResNet50(weights: .imageNet)
/// let base = try MobileNet(alpha: 0.25, weights: .file("mobilenet_2_5_224_tf_no_top.h5"), includeTop: false)
/// ```
public struct PretrainedWeights: Sendable, Hashable {
    /// On what published weights were trained.
    enum Publication: String, Sendable, Hashable {
        case imageNet = "ImageNet"
        case cifar10 = "CIFAR-10"
    }

    enum Source: Sendable, Hashable {
        case none
        case file(URL)
        case published(Publication, folder: URL?)
    }

    let source: Source

    /// None: first values are random.
    public static let none = PretrainedWeights(source: .none)

    /// Those that Keras publishes, trained on ImageNet.
    ///
    /// The file is looked for in `$THAW_DATA` (the folder itself, or `applications` in it), in
    /// `/usr/share/datasets/applications`, in the user's cache (`~/.cache/thaw/applications`, on macOS in
    /// `~/Library/Caches/thaw`) and in Keras's (`~/.keras/models`). If it is in none of these, it is downloaded into the
    /// cache. The MD5 digest that Keras knows is checked; for MobileNet and MobileNetV2 it knows none.
    public static let imageNet = PretrainedWeights(source: .published(.imageNet, folder: nil))

    /// The same file from this folder, or from `applications` in it; nothing is downloaded.
    public static func imageNet(in folder: URL) -> PretrainedWeights {
        PretrainedWeights(source: .published(.imageNet, folder: folder))
    }

    /// Those that the authors of the PyTorch repository akamaster/pytorch_resnet_cifar10 publish, trained on CIFAR-10; found as
    /// ``imageNet`` is.
    public static let cifar10 = PretrainedWeights(source: .published(.cifar10, folder: nil))

    /// The same file from this folder, or from `applications` in it; nothing is downloaded.
    public static func cifar10(in folder: URL) -> PretrainedWeights {
        PretrainedWeights(source: .published(.cifar10, folder: folder))
    }

    /// Those in a file, in any format that `loadWeights` reads: Keras's `.h5`, `.weights.h5` and `.keras`, safetensors, npz,
    /// PyTorch's.
    public static func file(_ url: URL) -> PretrainedWeights { PretrainedWeights(source: .file(url)) }

    /// Those in the file at this path.
    public static func file(_ path: String) -> PretrainedWeights { .file(URL(filePath: path)) }
}
