import ThawTensor

/// The product of two matrices, or of equally many matrices pair by pair.
///
/// ## Shapes
/// `[m, k]` times `[k, n]` gives `[m, n]`; `[b, m, k]` times `[b, k, n]` gives `[b, m, n]`. A transposed
/// input is given with its last two axes exchanged.
public struct MatrixProduct: GraphOperation, Hashable {
    /// Whether the first input is given transposed.
    public let transposeA: Bool
    /// Whether the second input is given transposed.
    public let transposeB: Bool

    /// Creates the operation.
    public init(transposeA: Bool = false, transposeB: Bool = false) {
        self.transposeA = transposeA
        self.transposeB = transposeB
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        let a = inputs[0].shape
        let b = inputs[1].shape
        let rank = a.count
        guard rank == b.count, rank == 2 || rank == 3 else {
            throw GraphError(
                "expects two matrices [m, k] and [k, n], or [b, m, k] and [b, k, n], got \(a) and \(b); "
                    + "change them with reshape(to:).")
        }
        guard rank == 2 || a[0] == b[0] else {
            throw GraphError(
                "expects equally many matrices on axis 0, got \(a[0]) in \(a) and \(b[0]) in \(b); "
                    + "repeat one with broadcast(to:).")
        }
        let (m, left) = transposeA ? (a[rank - 1], a[rank - 2]) : (a[rank - 2], a[rank - 1])
        let (right, n) = transposeB ? (b[rank - 1], b[rank - 2]) : (b[rank - 2], b[rank - 1])
        guard left == right else {
            throw GraphError(
                "the inner sizes must be equal, got \(left) in \(a)\(transposeA ? " (transposed)" : "") "
                    + "and \(right) in "
                    + "\(b)\(transposeB ? " (transposed)" : ""); check the number of inputs of the layer.")
        }
        return [TensorType(a.dropLast(2) + [m, n], inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself: rows by one matrix, or matrices pair by pair.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        inputs[0].rank == 2 ? areSamples == [true, false] && !transposeA : areSamples == [true, true]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let a = context.inputs[0]
        let b = context.inputs[1]
        var result: [SymbolicTensor?] = [nil, nil]
        if context.needsGradient[0] {
            result[0] =
                transposeA
                ? try b.matmul(gradient, transposeA: transposeB, transposeB: true)
                : try gradient.matmul(b, transposeB: !transposeB)
        }
        if context.needsGradient[1] {
            result[1] =
                transposeB
                ? try gradient.matmul(a, transposeA: true, transposeB: transposeA)
                : try a.matmul(gradient, transposeA: !transposeA)
        }
        return result
    }
}
