import Thaw

/// How samples look: where they come from.
struct TrialDomain {
    /// A kind of difference from the domain that a network is trained on.
    enum Kind: String, Codable, CaseIterable {
        /// The domain itself.
        case source
        /// Much noise.
        case noise
        /// A gain and an offset of each colour, or of each feature.
        case cast
        /// Little contrast, more light and some noise.
        case fog
    }

    static let source = TrialDomain(.source, seed: 0)

    let kind: Kind
    private let seed: UInt64

    init(_ kind: Kind, seed: UInt64) {
        self.kind = kind
        self.seed = seed
    }

    func applied(toVectors x: Tensor) -> Tensor {
        var stream = RandomStream(seed: seed).derived("vectors")
        let width = x.shape[1]
        let gains = (0..<width).map { _ in 0.4 + 1.8 * stream.uniform() }
        let offsets = (0..<width).map { _ in 1.5 * stream.normal() }
        return changed(x, channels: width, gains: gains, offsets: offsets, noise: 2, fog: (0.4, 1.2, 0.4))
    }

    func applied(toImages x: Tensor) -> Tensor {
        var stream = RandomStream(seed: seed).derived("images")
        let gains = (0..<3).map { _ in 0.3 + 0.7 * stream.uniform() }
        let offsets = (0..<3).map { _ in 0.35 * stream.uniform() }
        return changed(x, channels: 3, gains: gains, offsets: offsets, noise: 0.25, fog: (0.35, 0.5, 0.06))
    }

    private func changed(
        _ x: Tensor, channels: Int, gains: [Float], offsets: [Float], noise: Float,
        fog: (gain: Float, light: Float, noise: Float)
    ) -> Tensor {
        var stream = RandomStream(seed: seed).derived("noise")
        let strength = 0.8 + 0.5 * stream.uniform()
        var values = x.floats
        for place in values.indices {
            let channel = place % channels
            switch kind {
            case .source: break
            case .noise: values[place] += noise * strength * stream.normal()
            case .cast: values[place] = values[place] * gains[channel] + offsets[channel]
            case .fog:
                values[place] = values[place] * fog.gain + fog.light + fog.noise * stream.normal()
            }
        }
        return Tensor(shape: x.shape, scalars: values)
    }
}
