import ThawGraph
import ThawTensor

/// What a `NormalizedActivation` does after the normalization.
enum FusedActivation: Hashable {
    /// Nothing.
    case none
    /// max(y, 0).
    case relu
    /// min(max(y, 0), maximum).
    case clippedRelu(maximum: Double)

    /// The activation that an operation is, if it is one of these.
    init?(_ operation: any GraphOperation) {
        switch (operation as? Unary)?.kind {
        case .relu: self = .relu
        case .clippedRelu(let maximum): self = .clippedRelu(maximum: maximum)
        default: return nil
        }
    }
}

/// A normalization by given statistics, perhaps an addition, and an activation, in one operation:
/// `activation((x - mean) * scale + shift + residual)`.
///
/// ## Shapes
/// Inputs: x `[..., c]`, mean, scale and shift `[c]`, and perhaps the residual like x. Output: like x.
struct NormalizedActivation: GraphOperation, Hashable {
    /// What comes last.
    let activation: FusedActivation

    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [inputs[0]] }

    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        throw GraphError("a fused operation is made after differentiation and has no gradient.")
    }
}

/// What the gradient of a `NormalizedActivation` without residual needs: the sums over all axes but the last of the gradient
/// that the activation lets through, and of its products with `x - mean`.
///
/// ## Shapes
/// Inputs: x `[..., c]`, the gradient like x, mean, scale and shift `[c]`. Outputs: two vectors `[c]`.
struct NormalizedActivationSums: GraphOperation, Hashable {
    /// The activation of the way there.
    let activation: FusedActivation

    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [inputs[2], inputs[2]] }

    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        throw GraphError("a fused operation is made after differentiation and has no gradient.")
    }
}

/// The gradient of x: the gradient that the activation lets through times the scale, plus `(x - mean) * slope + offset`.
///
/// ## Shapes
/// Inputs: x `[..., c]`, the gradient like x, mean, scale, shift, slope and offset `[c]`. Outputs: like x, and its sums over
/// all axes but the last `[c]`: the gradient of a bias that was added to x.
struct NormalizedActivationGradient: GraphOperation, Hashable {
    /// The activation of the way there.
    let activation: FusedActivation

    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [inputs[0], inputs[2]] }

    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        throw GraphError("a fused operation is made after differentiation and has no gradient.")
    }
}
