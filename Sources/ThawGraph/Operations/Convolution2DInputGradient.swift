import ThawTensor

/// The gradient of a convolution with respect to its input; by itself a transposed convolution.
///
/// Inputs: the kernel and a tensor of the shape of the convolution's output; output of shape `inputShape`.
public struct Convolution2DInputGradient: GraphOperation, Hashable {
    /// The convolution that is differentiated.
    public let convolution: Convolution2D
    /// The shape of the convolution's input.
    public let inputShape: [Int]

    /// Creates the operation.
    public init(convolution: Convolution2D, inputShape: [Int]) {
        self.convolution = convolution
        self.inputShape = inputShape
    }

    /// Checks the inputs and gives the types of the outputs.
    public func outputTypes(for inputs: [TensorType]) throws(GraphError) -> [TensorType] {
        try ShapeRules.expect(inputs, count: 2)
        try ShapeRules.expectEqualTypes(inputs)
        try ShapeRules.expectFloating(inputs[0])
        let output = try convolution.outputShape(inputShape: inputShape, kernelShape: inputs[0].shape)
        try ShapeRules.expectShape(inputs[1], output, "the gradient of the convolution's output")
        return [TensorType(inputShape, inputs[0].dtype)]
    }

    // The operation is linear in each input; both derivatives are the convolution's relatives.
    /// Whether each sample is computed for itself: with one kernel for all.
    public func keepsSamplesApart(_ inputs: [TensorType], areSamples: [Bool]) -> Bool { !areSamples[0] }

    /// The gradients of the inputs.
    public func gradient(_ context: GradientContext) throws(GraphError) -> [SymbolicTensor?] {
        let gradient = try context.arrived()
        let kernel = context.inputs[0]
        var result: [SymbolicTensor?] = [nil, nil]
        if context.needsGradient[0] {
            result[0] = try context.graph.apply(
                Convolution2DKernelGradient(convolution: convolution, kernelShape: kernel.shape),
                [gradient, context.inputs[1]])[0]
        }
        if context.needsGradient[1] {
            result[1] = try context.graph.apply(convolution, [gradient, kernel])[0]
        }
        return result
    }
}
