import ThawGraph
import ThawTensor

/// A normalization, perhaps a ReLU, and the maximum of windows that touch and do not overlap, in one operation.
///
/// ## Shapes
/// Inputs: x `[n, h, w, c]` and mean, scale and shift `[c]`. Outputs: the largest `(x - mean) * scale + shift` of each
/// window, `x - mean` where that was, and its place in the window, row by row (uint8).
struct NormalizedPooling: GraphOperation, Hashable {
    /// The pooling; `accepts` says which.
    let pooling: Pooling2D
    /// Whether a ReLU comes before the maximum.
    let rectifies: Bool

    /// Whether windows neither overlap nor leave gaps nor reach into padding, and a byte can number their pixels.
    static func accepts(_ pooling: Pooling2D, inputShape: [Int]) -> Bool {
        let padding = pooling.resolvedPadding(inputShape: inputShape)
        return pooling.kind == .maximum && pooling.strides == pooling.size
            && pooling.size.height * pooling.size.width <= 256 && padding == (0, 0, 0, 0)
    }

    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        let pooled = try pooling.outputTypes(for: [inputs[0]])[0]
        return [pooled, pooled, TensorType(pooled.shape, .uint8)]
    }

    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        throw GraphError("a fused operation is made after differentiation and has no gradient.")
    }
}

/// The last part of the gradient of `NormalizedPooling`: `(x - mean) * slope + offset`, plus `gradient * scale` where x was
/// the largest of its window.
///
/// ## Shapes
/// Inputs: x `[n, h, w, c]`, the gradient and the places of the largest like the pooling's output, and mean, scale,
/// slope and offset `[c]`. Output: like x.
struct NormalizedPoolingGradient: GraphOperation, Hashable {
    /// The pooling of the forward pass.
    let pooling: Pooling2D

    func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] { [inputs[0]] }

    func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        throw GraphError("a fused operation is made after differentiation and has no gradient.")
    }
}
