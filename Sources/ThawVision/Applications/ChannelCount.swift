import Thaw

/// How networks of several widths round their numbers of channels.
enum ChannelCount {
    /// The nearest multiple of 8 that is at least 8 and not more than a tenth less.
    static func rounded(_ count: Double) -> Int {
        let nearest = max(8, Int(count + 4) / 8 * 8)
        return Double(nearest) < 0.9 * count ? nearest + 8 : nearest
    }
}

extension Margins2D {
    /// What surrounds an image before a convolution of stride 2 and without padding, so that it lies as TensorFlow's `same`
    /// padding has it.
    static func halving(_ image: LayerOutput, kernelSize: Int) -> Margins2D {
        let half = kernelSize / 2
        return Margins2D(
            top: half - 1 + image.shape[0] % 2, bottom: half, left: half - 1 + image.shape[1] % 2,
            right: half)
    }
}
