import ThawTensor

/// The gradient of a convolution with respect to its kernel.
///
/// Inputs: the convolution's input and a tensor of the shape of its output; output of shape `kernelShape`.
public struct Convolution2DKernelGradient: GraphOperation, Hashable {
    /// The convolution that is differentiated.
    public let convolution: Convolution2D
    /// The shape of the kernel.
    public let kernelShape: [Int]

    /// Creates the operation.
    public init(convolution: Convolution2D, kernelShape: [Int]) {
        self.convolution = convolution
        self.kernelShape = kernelShape
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        let output = try convolution.outputShape(inputShape: inputs[0].shape, kernelShape: kernelShape)
        try ShapeRules.expectShape(inputs[1], output, "the gradient of the convolution's output")
        return [TensorType(kernelShape, inputs[0].dtype)]
    }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let x = context.inputs[0]
        var result: [SymbolicTensor?] = [nil, nil]
        if context.needsGradient[0] {
            result[0] = try context.graph.apply(
                Convolution2DInputGradient(convolution: convolution, inputShape: x.shape),
                [gradient, context.inputs[1]])[0]
        }
        if context.needsGradient[1] {
            result[1] = try context.graph.apply(convolution, [x, gradient])[0]
        }
        return result
    }
}
