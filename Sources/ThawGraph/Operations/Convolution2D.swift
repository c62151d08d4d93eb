import ThawTensor

/// A two-dimensional convolution (cross-correlation, as in every deep-learning library), channels last.
///
/// ## Shapes
/// Inputs: x `[n, h, w, c]` and a kernel `[kh, kw, c / groups, o]`; output `[n, oh, ow, o]`. Output channel
/// `j` belongs to group `j / (o / groups)` and sees only that group's input channels. With `groups == c` it
/// is a depthwise convolution.
public struct Convolution2D: GraphOperation, Hashable {
    /// The steps between windows.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D
    /// The distance between the kernel's taps.
    public let dilation: Size2D
    /// Into how many independent groups the channels are divided.
    public let groups: Int

    /// Creates the operation.
    public init(
        strides: Size2D = Size2D(1), padding: Padding2D = .valid, dilation: Size2D = Size2D(1),
        groups: Int = 1
    ) {
        self.strides = strides
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
    }

    /// The size of the window that a kernel of the given shape covers.
    public func window(kernelShape: [Int]) -> Size2D {
        Size2D(
            height: (kernelShape[0] - 1) * dilation.height + 1,
            width: (kernelShape[1] - 1) * dilation.width + 1)
    }

    /// Rows and columns of padding for an input and a kernel of the given shapes.
    public func resolvedPadding(
        inputShape: [Int], kernelShape: [Int]
    ) -> (top: Int, bottom: Int, left: Int, right: Int) {
        padding.resolved(
            input: Size2D(height: inputShape[1], width: inputShape[2]),
            window: window(kernelShape: kernelShape),
            strides: strides)
    }

    /// The shape of the output.
    func outputShape(inputShape x: [Int], kernelShape kernel: [Int]) throws(GraphError) -> [Int] {
        guard x.count == 4, kernel.count == 4 else {
            throw GraphError(
                "expects images [n, h, w, c] and a kernel [kh, kw, c / groups, o], got \(x) and \(kernel); "
                    + "add the missing axes with reshape(to:).")
        }
        guard dilation.height > 0, dilation.width > 0 else {
            throw GraphError("dilation must be at least 1, got \(dilation).")
        }
        guard kernel[0] > 0, kernel[1] > 0 else {
            throw GraphError("the kernel \(kernel) must have at least 1 row and 1 column.")
        }
        try dilation.requireReasonable("a dilation")
        try Size2D(height: kernel[0], width: kernel[1]).requireReasonable("a kernel")
        guard groups > 0, x[3] % groups == 0, x[3] / groups == kernel[2], kernel[3] % groups == 0 else {
            throw GraphError(
                "\(x[3]) input channels and \(kernel[3]) output channels in \(groups) group(s) need a kernel "
                    + "[kh, kw, \(x[3]) / \(groups), o] with o divisible by \(groups), got \(kernel).")
        }
        let size = try padding.outputSize(
            input: Size2D(height: x[1], width: x[2]), window: window(kernelShape: kernel), strides: strides)
        return [x[0], size.height, size.width, kernel[3]]
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        return [
            TensorType(
                try outputShape(inputShape: inputs[0].shape, kernelShape: inputs[1].shape), inputs[0].dtype)
        ]
    }

    /// Whether each sample is computed for itself: with one kernel for all.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { !areSamples[1] }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let x = context.inputs[0]
        let kernel = context.inputs[1]
        var result: [SymbolicTensor?] = [nil, nil]
        if context.needsGradient[0] {
            result[0] = try context.graph.apply(
                Convolution2DInputGradient(convolution: self, inputShape: x.shape), [kernel, gradient])[0]
        }
        if context.needsGradient[1] {
            result[1] = try context.graph.apply(
                Convolution2DKernelGradient(convolution: self, kernelShape: kernel.shape), [x, gradient])[0]
        }
        return result
    }
}
