import ThawGraph

/// Mirrors half of the images, chosen at random for each direction.
///
/// Keras's layer mirrors an image in both directions or in none when asked for both; this one chooses for each.
///
/// ## Training and inference
/// As `RandomLayer`.
///
/// ## Shapes
/// `[n, h, w, c]` to the same.
public final class RandomFlip: RandomAffineLayer {
    /// Which directions are mirrored.
    public enum Mode: String, Sendable, Hashable, CaseIterable {
        /// Left and right.
        case horizontal
        /// Top and bottom.
        case vertical
        /// Each for itself.
        case horizontalAndVertical = "horizontal_and_vertical"
    }

    /// Which directions are mirrored.
    public let mode: Mode

    /// Creates the layer; the default is Keras's.
    ///
    /// - Parameters:
    ///   - mode: which directions are mirrored.
    ///   - seed: numbers of another stream; the model's seed still counts.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(
        _ mode: Mode = .horizontalAndVertical, seed: UInt64? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.mode = mode
        super.init(
            fill: .nearest, interpolation: .nearest, seed: seed, inputShape: inputShape, name: name)
    }

    public override var configurationDescription: String { mode.rawValue }

    override func transforms(
        of shape: [Int],
        draw: (_ distribution: RandomDistribution, _ shape: [Int]) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        var terms: [(number: SymbolicTensor, row: [Double])] = []
        func mirror(_ row: [Double]) throws {
            terms.append((try draw(.bernoulli(probability: 0.5), [shape[0], 1]), row))
        }
        if mode != .vertical { try mirror([-2, 0, Double(shape[2] - 1), 0, 0, 0]) }
        if mode != .horizontal { try mirror([0, 0, 0, 0, -2, Double(shape[1] - 1)]) }
        return try combined(terms, offset: [1, 0, 0, 0, 1, 0])
    }

    public override func cloned() throws -> Layer { RandomFlip(mode, seed: seed) }
}
