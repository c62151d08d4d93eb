import ThawGraph

extension Layer {
    /// Calls the layer on values of a functional model.
    ///
    /// ```swift
    /// let sum = try Add()(left, right)
    /// let features = try base(image, mode: .inference)
    /// ```
    ///
    /// The layer is built here, so shapes are checked in the line that makes the mistake; its parameters get
    /// their first values when a model is made of it, from that model's seed.
    ///
    /// - Parameters:
    ///   - inputs: what the layer is called on.
    ///   - mode: the mode of this call, whatever the model's: with `.inference` Batch Normalization always
    ///     uses its moving statistics here and random layers are off, also in training and after unfreezing;
    ///     with `.training` the other way round. Nil follows the model.
    /// - Throws: `LayerError` where a shape does not fit, or if the layer has several outputs.
    public final func callAsFunction(_ inputs: any LayerArgument..., mode: Mode? = nil) throws -> LayerOutput
    {
        try callAsFunction(inputs, mode: mode)
    }

    /// The same for a list of inputs.
    public final func callAsFunction(
        _ inputs: [any LayerArgument], mode: Mode? = nil
    ) throws -> LayerOutput {
        let outputs = try connected(to: inputs, mode: mode)
        guard outputs.count == 1, let output = outputs.first else {
            throw LayerError(
                "gives \(outputs.count) outputs; take them with connected(to:).", path: name,
                layerType: typeName)
        }
        return output
    }

    /// Calls a layer of several outputs, such as a model, on values of a functional model.
    ///
    /// - Throws: `LayerError` where a shape does not fit.
    public final func connected(to inputs: [any LayerArgument], mode: Mode? = nil) throws -> [LayerOutput] {
        guard !inputs.isEmpty else {
            throw LayerError(
                "is called on nothing; give it at least one input.", path: name, layerType: typeName)
        }
        let inputs = inputs.map(\.layerOutput)
        for input in inputs { try InputShape.check(input) }
        let context = CallContext(graph: Graph(), mode: .inference)
        let placeholders = inputs.enumerated().map { context.graph.input("x\($0)", shape: [1] + $1.shape) }
        let outputs = try BuildContext.$current.withValue(.deferred) {
            try apply(placeholders, context: context)
        }
        return LayerCall(
            layer: self, inputs: inputs, mode: mode, outputShapes: outputs.map { Array($0.shape.dropFirst()) }
        ).outputs
    }

    /// What the layer gives where it was first called: the place to cut a model.
    ///
    /// ```swift
    /// let features = try Model(inputs: model.inputs, outputs: [model.layer(named: "block5").output])
    /// ```
    ///
    /// - Throws: `LayerError` if it has not been called in a functional model, or has several outputs.
    public final var output: LayerOutput {
        get throws {
            container?.connectLayers()
            guard let call = firstCall else {
                throw LayerError(
                    "has not been called in a model, so it has no output to take.", path: name,
                    layerType: typeName)
            }
            guard call.outputs.count == 1 else {
                throw LayerError(
                    "gives \(call.outputs.count) outputs; take them from where it was called.", path: name,
                    layerType: typeName)
            }
            return call.outputs[0]
        }
    }

    /// What the layer is called on where it was first called.
    ///
    /// - Throws: `LayerError` if it has not been called in a functional model, or takes several inputs.
    public final var input: LayerOutput {
        get throws {
            container?.connectLayers()
            guard let call = firstCall, call.inputs.count == 1 else {
                throw LayerError(
                    firstCall == nil
                        ? "has not been called in a model, so it has no input to take."
                        : "takes several inputs; take them from where it was called.",
                    path: name, layerType: typeName)
            }
            return call.inputs[0]
        }
    }
}
