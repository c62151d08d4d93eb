import ThawTensor

/// A box of a tensor: element `i` of the output's axis is element `start + i * stride` of the input's.
public struct Slice: GraphOperation, Hashable {
    /// The first index on each axis.
    public let starts: [Int]
    /// The sizes of the output.
    public let sizes: [Int]
    /// The distance between elements that are taken, at least 1.
    public let strides: [Int]

    /// Creates the operation; strides are 1 unless given.
    public init(starts: [Int], sizes: [Int], strides: [Int]? = nil) {
        self.starts = starts
        self.sizes = sizes
        self.strides = strides ?? starts.map { _ in 1 }
    }

    /// Throws unless the box lies inside `shape`.
    func check(_ shape: [Int]) throws(GraphError) {
        guard starts.count == shape.count, sizes.count == shape.count, strides.count == shape.count else {
            throw GraphError(
                "starts \(starts), sizes \(sizes) and strides \(strides) must have one number for each "
                    + "axis of \(shape)."
            )
        }
        for (axis, size) in shape.enumerated() {
            // By division, since a product of what was given could overflow.
            guard starts[axis] >= 0, sizes[axis] >= 0, strides[axis] > 0, starts[axis] <= size,
                sizes[axis] == 0
                    || starts[axis] < size && sizes[axis] - 1 <= (size - 1 - starts[axis]) / strides[axis]
            else {
                throw GraphError(
                    "\(sizes[axis]) elements from \(starts[axis]) with stride \(strides[axis]) do not lie "
                        + "inside axis \(axis) "
                        + "of \(shape); use a smaller start or size.")
            }
        }
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try check(inputs[0].shape)
        return [TensorType(sizes, inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself: all of them are kept.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool {
        sizes[0] == inputs[0].shape[0] && strides[0] == 1
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let shape = context.input.shape
        if strides.allSatisfy({ $0 == 1 }) {
            let after = shape.indices.map { shape[$0] - starts[$0] - sizes[$0] }
            return [try gradient.pad(before: starts, after: after)]
        }
        return try context.graph.apply(SliceGradient(slice: self, inputShape: shape), [gradient])
    }
}

/// The gradient of a slice: the input's elements at the places the slice took, zero elsewhere.
public struct SliceGradient: GraphOperation, Hashable {
    /// The slice that is differentiated.
    public let slice: Slice
    /// The shape of its input, which is the shape of this output.
    public let inputShape: [Int]

    /// Creates the operation.
    public init(slice: Slice, inputShape: [Int]) {
        self.slice = slice
        self.inputShape = inputShape
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        try slice.check(inputShape)
        try ShapeRules.expectFloating(inputs[0])
        try ShapeRules.expectShape(inputs[0], slice.sizes, "the gradient of the slice")
        return [TensorType(inputShape, inputs[0].dtype)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try context.graph.apply(slice, [context.arrived()])
    }
}
