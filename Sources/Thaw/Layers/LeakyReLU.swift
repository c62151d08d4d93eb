public import ThawGraph

/// The leaky rectified linear unit as a layer: `x` above 0, else `negativeSlope * x` (Maas et al.,
/// 2013).
///
/// ## Shapes
/// Any, to the same.
public final class LeakyReLU: Layer {
    /// The slope below 0, 0 or more.
    public let negativeSlope: Double

    /// Creates the layer; the slope's default is Keras's.
    public init(negativeSlope: Double = 0.3, inputShape: [Int]? = nil, name: String? = nil) {
        self.negativeSlope = negativeSlope
        super.init(name: name, inputShape: inputShape)
    }

    public override func build(inputShape: [Int]) throws {
        guard negativeSlope >= 0, negativeSlope.isFinite else {
            throw LayerError("negativeSlope must be a number and not negative, got \(negativeSlope).")
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        negativeSlope == 0 ? try input.relu() : try input.leakyRelu(slope: negativeSlope)
    }

    public override func cloned() throws -> Layer { LeakyReLU(negativeSlope: negativeSlope) }
}
