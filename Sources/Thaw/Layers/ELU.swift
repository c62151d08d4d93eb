public import ThawGraph

/// The exponential linear unit as a layer: `x` above 0, else `alpha * (e^x - 1)` (Clevert et al., 2015).
///
/// ## Shapes
/// Any, to the same.
public final class ELU: Layer {
    /// Minus the limit for very negative inputs; finite.
    public let alpha: Double

    /// Creates the layer.
    public init(alpha: Double = 1, inputShape: [Int]? = nil, name: String? = nil) {
        self.alpha = alpha
        super.init(name: name, inputShape: inputShape)
    }

    public override func build(inputShape: [Int]) throws {
        guard alpha.isFinite else { throw LayerError("alpha must be a number, got \(alpha).") }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.elu(alpha: alpha)
    }

    public override func cloned() throws -> Layer { ELU(alpha: alpha) }
}
