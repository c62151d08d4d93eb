import ThawTensor

/// Moves, turns, scales and shears each image by an affine transform of its own.
///
/// A transform `(a0, a1, a2, b0, b1, b2)` says where an output pixel comes from: the one in column x and row y from the place
/// `(a0 x + a1 y + a2, b0 x + b1 y + b2)` of the input, in columns and rows. A place that is no finite number gives NaN.
///
/// ## Shapes
/// Inputs: images `[n, h, w, c]` and transforms `[n, 6]`; output `[n, size.height, size.width, c]`.
///
/// There is a gradient for the images, and none for the transforms: asking for it is an error.
public struct AffineResample: GraphOperation, Hashable {
    /// The size of the output.
    public let size: Size2D
    /// Where a pixel between pixels comes from.
    public let interpolation: PixelInterpolation
    /// What lies beyond the edges.
    public let fill: FillMode

    /// Creates the operation.
    public init(size: Size2D, interpolation: PixelInterpolation, fill: FillMode) {
        self.size = size
        self.interpolation = interpolation
        self.fill = fill
    }

    func check(images: [Int], transforms: TensorType) throws(GraphError) {
        guard images.count == 4 else {
            throw GraphError(
                "expects images [n, h, w, c], got \(images); add the missing axes with reshape(to:).")
        }
        guard images[1] > 0, images[2] > 0, size.height > 0, size.width > 0 else {
            throw GraphError("images must have pixels, got \(images) and an output of \(size).")
        }
        try Size2D(height: images[1], width: images[2]).requireReasonable("an image")
        try size.requireReasonable("an output")
        try ShapeRules.expectShape(transforms, [images[0], 6], "the transforms")
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        try check(images: inputs[0].shape, transforms: inputs[1])
        let shape = inputs[0].shape
        return [TensorType([shape[0], size.height, size.width, shape[3]], inputs[0].dtype)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try refuseGradientOfTransforms(context)
        let gradient = AffineResampleGradient(resample: self, inputShape: context.input.shape)
        return [try context.graph.apply(gradient, [context.arrived(), context.inputs[1]])[0], nil]
    }

    func refuseGradientOfTransforms(_ context: GradientContext) throws(GraphError) {
        guard !context.needsGradient[1] else {
            throw GraphError(
                "has no gradient with respect to its transforms; make them constants with stopGradient().")
        }
    }
}

/// The gradient of `AffineResample` with respect to its images: each pixel's gradient is added where the pixel came from.
///
/// Inputs: the gradient of the output and the transforms; output of shape `inputShape`.
public struct AffineResampleGradient: GraphOperation, Hashable {
    /// The operation that is differentiated.
    public let resample: AffineResample
    /// The shape of its images.
    public let inputShape: [Int]

    /// Creates the operation.
    public init(resample: AffineResample, inputShape: [Int]) {
        self.resample = resample
        self.inputShape = inputShape
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        try resample.check(images: inputShape, transforms: inputs[1])
        try ShapeRules.expectShape(
            inputs[0], [inputShape[0], resample.size.height, resample.size.width, inputShape[3]],
            "the gradient of the images")
        return [TensorType(inputShape, inputs[0].dtype)]
    }

    // The gradient is linear, so that what lies beyond the edges, if it is a constant, counts as 0.
    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        try resample.refuseGradientOfTransforms(context)
        var fill = resample.fill
        if case .constant = fill { fill = .constant(0) }
        let linear = AffineResample(size: resample.size, interpolation: resample.interpolation, fill: fill)
        return [try context.graph.apply(linear, [context.arrived(), context.inputs[1]])[0], nil]
    }
}
