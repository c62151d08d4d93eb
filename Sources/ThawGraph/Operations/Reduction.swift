import ThawTensor

/// What a reduction makes of the elements along its axes.
public enum ReductionKind: Hashable, Sendable {
    /// Their sum.
    case sum
    /// Their mean.
    case mean
    /// The largest; the gradient is divided equally among equals.
    case maximum
    /// The smallest; the gradient is divided equally among equals.
    case minimum
}

/// Reduces axes to one element each.
///
/// ## Shapes
/// The reduced axes disappear, or become 1 with `keepsDimensions`. Floating element types; sum, maximum and
/// minimum take int32 too.
public struct Reduction: GraphOperation, Hashable {
    /// What is made of the elements.
    public let kind: ReductionKind
    /// The axes, sorted and not negative.
    public let axes: [Int]
    /// Whether the reduced axes stay, with size 1.
    public let keepsDimensions: Bool

    /// Creates the operation.
    public init(kind: ReductionKind, axes: [Int], keepsDimensions: Bool = false) {
        self.kind = kind
        self.axes = axes
        self.keepsDimensions = keepsDimensions
    }

    /// The name in errors and dumps.
    public var name: String { "Reduction.\(kind)" }

    /// The shape with the reduced axes kept as 1.
    public func keptShape(of shape: [Int]) -> [Int] {
        shape.indices.map { axes.contains($0) ? 1 : shape[$0] }
    }

    /// The shape of the output.
    public func outputShape(of shape: [Int]) -> [Int] {
        keepsDimensions ? keptShape(of: shape) : shape.indices.filter { !axes.contains($0) }.map { shape[$0] }
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        let input = inputs[0]
        if kind == .mean || input.dtype != .int32 { try ShapeRules.expectFloating(input) }
        guard try ShapeRules.axes(axes, rank: input.rank) == axes else {
            throw GraphError(
                "axes must be sorted and not negative, got \(axes); the functions on symbolic tensors see "
                    + "to it."
            )
        }
        if kind != .sum, axes.contains(where: { input.shape[$0] == 0 }) {
            throw GraphError(
                "the \(kind) of no elements does not exist: \(input) is empty along axes \(axes).")
        }
        return [TensorType(outputShape(of: input.shape), input.dtype)]
    }

    /// Whether each sample is computed for itself: along other axes.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { !axes.contains(0) }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let x = context.input
        let kept = keptShape(of: x.shape)
        let gradient = try context.arrived().reshape(to: kept)
        switch kind {
        case .sum:
            return [try gradient.broadcast(to: x.shape)]
        case .mean:
            let count = axes.reduce(1) { $0 * x.shape[$1] }
            return [try (gradient * (1 / Double(count))).broadcast(to: x.shape)]
        case .maximum, .minimum:
            let isChosen = try x.equal(to: context.output.reshape(to: kept)).cast(to: x.dtype)
            let share = try gradient / isChosen.sum(axes: axes, keepingDimensions: true)
            return [try isChosen * share]
        }
    }
}

/// The index of the largest element along an axis, of equals the first, as int32.
///
/// ## Shapes
/// The axis disappears.
public struct ArgumentMaximum: GraphOperation, Hashable {
    /// The axis, not negative.
    public let axis: Int

    /// Creates the operation.
    public init(axis: Int) { self.axis = axis }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try ShapeRules.expectFloating(inputs[0])
        var shape = inputs[0].shape
        guard shape.indices.contains(axis) else {
            throw GraphError("axis \(axis) does not exist in \(inputs[0]); use 0 to \(shape.count - 1).")
        }
        guard shape[axis] > 0 else {
            throw GraphError(
                "the maximum of no elements does not exist: \(inputs[0]) is empty along axis \(axis).")
        }
        shape.remove(at: axis)
        return [TensorType(shape, .int32)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] { [nil] }
}
