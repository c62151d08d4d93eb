public import ThawGraph

/// A rectified linear unit that starts above a threshold: `x` where `x > theta`, else 0 (Konda et al., 2014).
///
/// ## Shapes
/// Any, to the same.
public final class ThresholdedReLU: Layer {
    /// Where the unit starts to pass its input on, 0 or more.
    public let theta: Double

    /// Creates the layer; the default is Keras's.
    ///
    /// - Parameters:
    ///   - theta: where the unit starts to pass its input on, 0 or more.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(theta: Double = 1, inputShape: [Int]? = nil, name: String? = nil) {
        self.theta = theta
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(theta)" }

    public override func build(inputShape: [Int]) throws {
        guard theta >= 0, theta.isFinite else {
            throw LayerError("theta must not be negative, got \(theta).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.greater(than: theta).select(input, 0)
    }

    public override func cloned() throws -> Layer { ThresholdedReLU(theta: theta) }
}
