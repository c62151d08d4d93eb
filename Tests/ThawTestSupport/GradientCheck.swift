public import ThawGraph
public import ThawTensor

/// What `checkGradients` found.
public struct GradientCheck: Sendable {
    /// The largest error over all elements of all inputs, relative to the largest numeric derivative or 1.
    public var largestError: Double
    /// Where it is and what was compared, for the message of a failing test.
    public var worst: String
    /// The number of derivatives compared.
    public var count: Int
}

/// Compares the gradients that a graph builds with central differences, both in float64 on the reference
/// engine.
///
/// The tensor that `build` returns is multiplied by fixed weights and summed, so that every element of its
/// Jacobian counts. Only floating inputs are varied.
///
/// - Parameters:
///   - inputs: where the function is differentiated; away from kinks, and not rounded when they are float64.
///   - step: the step of the differences.
///   - build: writes the function.
public func checkGradients(
    inputs: [Tensor], step: Double = 1e-5, build: (Graph, [SymbolicTensor]) throws -> SymbolicTensor
) throws -> GradientCheck {
    let graph = Graph()
    let parameters = inputs.enumerated().map { index, tensor in
        graph.input(
            "x\(index)", shape: tensor.shape, dtype: tensor.dtype.isFloatingPoint ? .float32 : tensor.dtype)
    }
    let result = try build(graph, parameters)
    var stream = RandomStream(seed: 7)
    let weights = (0..<result.type.count).map { _ in Float(0.5) + stream.uniform() }
    let scalar = try (result * graph.constant(Tensor(shape: result.shape, scalars: weights))).sum()
    let varied = parameters.indices.filter { inputs[$0].dtype.isFloatingPoint }
    let gradients = try graph.gradients(of: scalar, withRespectTo: varied.map { parameters[$0] })
    graph.addOutput("scalar", scalar)
    for (index, gradient) in zip(varied, gradients) {
        graph.addOutput("d\(index)", try gradient ?? parameters[index] * 0)
    }

    let executable = try ReferenceExecutable(graph)
    for (index, tensor) in inputs.enumerated() { try executable.setInput(index, tensor) }
    try executable.run()
    let analytic = varied.indices.map { executable.value($0 + 1) }

    // The differences need only the function, so the gradient nodes are not computed again for each element.
    let forward = Graph()
    let forwardParameters = inputs.enumerated().map { index, tensor in
        forward.input(
            "x\(index)", shape: tensor.shape, dtype: tensor.dtype.isFloatingPoint ? .float32 : tensor.dtype)
    }
    let value = try build(forward, forwardParameters)
    forward.addOutput(
        "scalar", try (value * forward.constant(Tensor(shape: value.shape, scalars: weights))).sum())
    let function = try ReferenceExecutable(forward)
    for (index, tensor) in inputs.enumerated() { try function.setInput(index, tensor) }

    var check = GradientCheck(largestError: 0, worst: "", count: 0)
    for (position, index) in varied.enumerated() {
        let original = inputs[index].doubles
        var numeric: [Double] = []
        for element in original.indices {
            var moved = original
            moved[element] = original[element] + step
            try function.setInput(index, Tensor(shape: inputs[index].shape, scalars: moved))
            try function.run()
            let above = function.value(0).values[0]
            moved[element] = original[element] - step
            try function.setInput(index, Tensor(shape: inputs[index].shape, scalars: moved))
            try function.run()
            numeric.append((above - function.value(0).values[0]) / (2 * step))
        }
        try function.setInput(index, inputs[index])
        let scale = max(1, numeric.map { abs($0) }.max() ?? 0)
        for (element, difference) in numeric.enumerated() {
            let error = abs(difference - analytic[position].values[element]) / scale
            check.count += 1
            if !(error <= check.largestError), !check.largestError.isNaN {
                check.largestError = error
                check.worst =
                    "input \(index) element \(element): differences give \(difference), the graph "
                    + "\(analytic[position].values[element])"
            }
        }
    }
    return check
}
