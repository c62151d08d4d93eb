public import ThawGraph

extension Layer {
    /// Calls the layer on symbolic tensors, as containers do: builds it if needed, opens a scope with
    /// its name so that nodes and errors carry its path, and calls `call`.
    ///
    /// - Throws: `LayerError` with the layer's path where a shape does not fit.
    public final func apply(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        let name = automaticNameBase.flatMap { _ in context.namesInModel[ObjectIdentifier(self)] } ?? name
        return try context.graph.withScope(name) {
            try enter(inputs, context: context, buildContext: nestedBuildContext(name))
        }
    }

    /// The same for a layer of one input and one output.
    public final func apply(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let outputs = try apply([input], context: context)
        guard outputs.count == 1, let output = outputs.first else {
            throw LayerError(
                "gives \(outputs.count) outputs where one is used.", path: name, layerType: typeName)
        }
        return output
    }

    /// Calls the layer as the root of a trace: no scope is opened, so that paths are relative to it.
    final func trace(
        _ inputs: [SymbolicTensor], context: CallContext, buildContext: BuildContext
    ) throws -> [SymbolicTensor] {
        try enter(inputs, context: context, buildContext: buildContext)
    }

    private func nestedBuildContext(_ name: String) -> BuildContext {
        let model = self as? Model
        // A model that was given a seed has its own first values, wherever it is used.
        if var context = BuildContext.current, model?.givenSeed == nil {
            context.path.append(name)
            return context
        }
        return model?.rootBuildContext ?? .fresh(path: [name])
    }

    private func enter(
        _ inputs: [SymbolicTensor], context: CallContext, buildContext: BuildContext
    ) throws -> [SymbolicTensor] {
        do {
            try buildIfNeeded(inputShapes: inputs.map(\.shape), as: buildContext)
            // Layers that a subclass of Model makes and builds only in its call are built in this
            // context too.
            let inputs =
                try context.tracer.repetition?.inputs(inputs, for: self, scope: context.graph.scope) ?? inputs
            var inner = context
            inner.namesInModel = (self as? Model)?.localNames ?? [:]
            let outputs = try BuildContext.$current.withValue(buildContext) {
                try call(inputs, context: inner)
            }
            try LoadingBudget.current?.charge(outputs)
            context.tracer.record(self, inputs: inputs, outputs: outputs)
            return outputs
        } catch let error as GraphError {
            let operation = error.operation.isEmpty ? "" : "\(error.operation): "
            throw LayerError(
                operation + error.message, path: error.scope.isEmpty ? context.graph.scope : error.scope,
                layerType: typeName)
        } catch var error as LayerError where error.path.isEmpty {
            error.path = context.graph.scope.isEmpty ? name : context.graph.scope
            if error.layerType.isEmpty { error.layerType = typeName }
            throw error
        }
    }
}
