import ThawTensor

/// What pooling keeps of a window.
public enum PoolingKind: Hashable, Sendable {
    /// The largest element.
    case maximum
    /// The mean of the elements; padding is not counted.
    case average
}

/// The maximum or the average of windows of an image, channel by channel.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, c]`. A window that lies entirely in the padding is refused.
public struct Pooling2D: GraphOperation, Hashable {
    /// What is kept of a window.
    public let kind: PoolingKind
    /// The size of the window.
    public let size: Size2D
    /// The steps between windows.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D

    /// Creates the operation.
    public init(kind: PoolingKind, size: Size2D, strides: Size2D, padding: Padding2D = .valid) {
        self.kind = kind
        self.size = size
        self.strides = strides
        self.padding = padding
    }

    /// Rows and columns of padding for an input of the given shape.
    public func resolvedPadding(inputShape: [Int]) -> (top: Int, bottom: Int, left: Int, right: Int) {
        padding.resolved(
            input: Size2D(height: inputShape[1], width: inputShape[2]), window: size, strides: strides)
    }

    /// The shape of the output.
    func outputShape(_ input: TensorType) throws(GraphError) -> [Int] {
        try ShapeRules.expectFloating(input)
        try ShapeRules.expectRank(input, 4, "the images", "[n, h, w, c]")
        guard size.height > 0, size.width > 0 else {
            throw GraphError("the window must be at least 1 x 1, got \(size).")
        }
        let image = Size2D(height: input.shape[1], width: input.shape[2])
        let output = try padding.outputSize(input: image, window: size, strides: strides)
        let sides = resolvedPadding(inputShape: input.shape)
        guard max(sides.top, sides.bottom) < size.height, max(sides.left, sides.right) < size.width,
            image.height > 0, image.width > 0
        else {
            throw GraphError(
                "padding \(padding) is not smaller than the window \(size), so that some windows would be "
                    + "empty; "
                    + "use less padding.")
        }
        return [input.shape[0], output.height, output.width, input.shape[3]]
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 1)
        return [TensorType(try outputShape(inputs[0]), inputs[0].dtype)]
    }

    /// Whether each sample is computed for itself.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { true }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try context.graph.apply(Pooling2DGradient(pooling: self), [context.input, context.arrived()])
    }
}

/// The gradient of pooling. The maximum gives everything to the first maximum of a window in row order.
///
/// Inputs: x and a tensor of the shape of the pooling's output; output of the shape of x.
public struct Pooling2DGradient: GraphOperation, Hashable {
    /// The pooling that is differentiated.
    public let pooling: Pooling2D

    /// Creates the operation.
    public init(pooling: Pooling2D) { self.pooling = pooling }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectShape(
            inputs[1], pooling.outputShape(inputs[0]), "the gradient of the pooling's output")
        return [inputs[0]]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        guard context.needsGradient[1] else { return [nil, nil] }
        guard pooling.kind == .average else {
            throw GraphError(
                "maximum pooling has no second derivative here; use average pooling where a gradient is "
                    + "differentiated "
                    + "again.")
        }
        return [nil, try context.graph.apply(pooling, [context.arrived()])[0]]
    }
}
