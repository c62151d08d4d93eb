import COneDNN
import ThawGraph
import ThawTensor

extension Lowering {
    func lowerConvolution(
        _ convolution: Convolution2D, _ index: Int, _ epilogue: Epilogue, result: Graph.Value
    ) throws -> Bool {
        let node = graph.nodes[index]
        let shape = ConvolutionShape(
            convolution, input: analysis.type(node.inputs[0]).shape,
            kernel: analysis.type(node.inputs[1]).shape, output: node.outputTypes[0].shape)
        guard shape.output.reduce(1, *) > 0 else { return true }
        var bias = thaw_layout()
        if epilogue.bias != nil { bias = thaw_layout(sizes: [shape.output[3]], strides: [1]) }
        let count = threads.forProduct(operations: shape.operations)
        let primitive = fastest(shape, keepsLayout: epilogue.isAddedInPlace) {
            source, weights, destination, window, winograd in
            withUnsafePointer(to: bias) { bias in
                thaw_convolution_create(
                    source, weights, bias, destination, window, winograd, epilogue.posts,
                    Int32(epilogue.posts.count), count)
            }
        }
        guard let primitive else { return false }
        let phase = analysis.phase[index]
        var reads: [(Primitive.Argument, Storage)] = [
            (
                .source,
                try storage(
                    for: node.inputs[0], as: .source, of: primitive, plain: .images(shape.input), phase: phase
                )
            ),
            (.weights, try kernel(of: primitive, shape, from: node.inputs[1], phase)),
        ]
        reads += try epilogue.operands(self)
        if epilogue.isAddedInPlace, let residual = epilogue.residual {
            guard primitive.matches(.destination, .images(shape.output)) else { return false }
            reads.append((.destination, try place(result, over: residual)))
        }
        let target = try storage(
            forResult: result, as: .destination, of: primitive, plain: .images(shape.output), phase: phase)
        add(
            PlannedStep(
                "convolution", primitive, phase: phase, reads: reads, writes: [(.destination, target)]))
        return true
    }

    func lowerConvolutionInputGradient(_ operation: Convolution2DInputGradient, _ index: Int) throws {
        let node = graph.nodes[index]
        let shape = ConvolutionShape(
            operation.convolution, input: operation.inputShape,
            kernel: analysis.type(node.inputs[0]).shape, output: analysis.type(node.inputs[1]).shape)
        let count = threads.forProduct(operations: shape.operations)
        let primitive = fastest(shape) { source, weights, destination, window, winograd in
            thaw_convolution_backward_data_create(source, weights, destination, window, winograd, count)
        }
        guard let primitive else { throw missing(index) }
        let phase = analysis.phase[index]
        let reads: [(Primitive.Argument, Storage)] = [
            (.weights, try kernel(of: primitive, shape, from: node.inputs[0], phase)),
            (
                .destination,
                try storage(
                    for: node.inputs[1], as: .destination, of: primitive, plain: .images(shape.output),
                    phase: phase)
            ),
        ]
        let result = Graph.Value(node: index, output: 0)
        let target = try storage(
            forResult: result, as: .source, of: primitive, plain: .images(shape.input), phase: phase)
        add(
            PlannedStep(
                "convolution backward data", primitive, phase: phase, reads: reads,
                writes: [(.source, target)]))
    }

    func lowerConvolutionKernelGradient(_ operation: Convolution2DKernelGradient, _ index: Int) throws {
        let node = graph.nodes[index]
        let shape = ConvolutionShape(
            operation.convolution, input: analysis.type(node.inputs[0]).shape,
            kernel: operation.kernelShape, output: analysis.type(node.inputs[1]).shape)
        if shape.isWorthProduct { return try lowerAsProduct(shape, index) }
        let count = threads.forProduct(operations: shape.operations)
        let primitive = fastest(shape) { source, weights, destination, window, winograd in
            var none = thaw_layout()
            return thaw_convolution_backward_weights_create(
                source, weights, &none, destination, window, winograd, count)
        }
        guard let primitive else { throw missing(index) }
        let phase = analysis.phase[index]
        let reads: [(Primitive.Argument, Storage)] = [
            (
                .source,
                try storage(
                    for: node.inputs[0], as: .source, of: primitive, plain: .images(shape.input), phase: phase
                )
            ),
            (
                .destination,
                try storage(
                    for: node.inputs[1], as: .destination, of: primitive, plain: .images(shape.output),
                    phase: phase)
            ),
        ]
        let result = Graph.Value(node: index, output: 0)
        let target = try storage(
            forResult: result, as: .weights, of: primitive, plain: shape.kernelLayout, phase: phase)
        add(
            PlannedStep(
                "convolution backward weights", primitive, phase: phase, reads: reads,
                writes: [(.weights, target)]))
    }

    /// The gradient of a kernel of 1 x 1.
    private func lowerAsProduct(_ shape: ConvolutionShape, _ index: Int) throws {
        let (images, gradient, result) = (try input(index, 0), try input(index, 1), try output(index))
        let pixels = shape.output.dropLast().reduce(1, *)
        let count = threads.forProduct(operations: shape.operations)
        add(
            PlannedStep(
                "kernel gradient as product", phase: analysis.phase[index], reads: [images, gradient],
                writes: [result]
            ) { binder in
                binder.step(
                    thaw_transposed_product_run,
                    thaw_transposed_product(
                        a: UnsafePointer(binder.floats(images)), b: UnsafePointer(binder.floats(gradient)),
                        c: binder.floats(result), rows: Int64(shape.input[3]),
                        columns: Int64(shape.output[3]), depth: Int64(pixels), threads: count))
            })
    }

    func missing(_ index: Int) -> EngineError {
        .library(
            "oneDNN has no implementation of \(graph.nodes[index].operation) (in \(graph.nodes[index].scope)) for these shapes."
        )
    }

    /// The primitive by Winograd's algorithm where it is worth it and oneDNN has it, else the direct one; nil if there is
    /// neither.
    ///
    /// - Parameters:
    ///   - keepsLayout: whether the output must lie as it is given, which Winograd's algorithm does not do.
    ///   - create: makes a primitive from the layouts of input, kernel and output, the window, and 1 for Winograd.
    private func fastest(
        _ shape: ConvolutionShape, keepsLayout: Bool = false,
        create: (
            UnsafePointer<thaw_layout>, UnsafePointer<thaw_layout>, UnsafePointer<thaw_layout>,
            UnsafePointer<thaw_window>, Int32
        ) -> OpaquePointer?
    ) -> Primitive? {
        let (input, output) = (thaw_layout.images(shape.input), thaw_layout.images(shape.output))
        func primitive(_ input: thaw_layout, _ output: thaw_layout, winograd: Int32) -> Primitive? {
            withUnsafeLayouts(input, shape.kernelLayout.freely, thaw_layout(), output) { a, b, _, d in
                withUnsafePointer(to: shape.window) { Primitive(create(a, b, d, $0, winograd)) }
            }
        }
        if !isBatchInvariant, !keepsLayout, shape.isWorthWinograd,
            let winograd = primitive(input.freely, output.freely, winograd: 1),
            ConvolutionShape.isFast(winograd)
        {
            return winograd
        }
        return primitive(input, output, winograd: 0)
    }

    /// The kernel that a primitive reads, packed once for all runs if nothing changes it.
    private func kernel(
        of primitive: Primitive, _ shape: ConvolutionShape, from value: Graph.Value, _ phase: Phase
    ) throws -> Storage {
        try storage(
            for: value, as: .weights, of: primitive, plain: shape.kernelLayout,
            phase: isConstant(value) ? .prologue : phase)
    }

    private func isConstant(_ value: Graph.Value) -> Bool {
        analysis.phase[analysis.root(value).node] == .prologue
    }
}
