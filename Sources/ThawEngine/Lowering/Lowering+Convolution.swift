import COneDNN
import ThawGraph
import ThawTensor

extension Lowering {
    func lowerConvolution(
        _ convolution: Convolution2D, _ index: Int, _ epilogue: Epilogue, result: Graph.Value
    ) throws -> Bool {
        let node = graph.nodes[index]
        let (source, kernel) = (analysis.type(node.inputs[0]).shape, analysis.type(node.inputs[1]).shape)
        let output = node.outputTypes[0].shape
        guard output.reduce(1, *) > 0 else { return true }
        let phase = analysis.phase[index]
        let isStatic = analysis.phase[analysis.root(node.inputs[1]).node] == .prologue
        let weights = thaw_layout.kernel(kernel, groups: convolution.groups)
        var bias = thaw_layout()
        if epilogue.bias != nil { bias = thaw_layout(sizes: [output[3]], strides: [1]) }
        let window = Self.window(convolution, input: source, kernel: kernel)
        let count = threads.forProduct(operations: Self.operations(output, kernel))
        guard
            let primitive = withUnsafeLayouts(
                .images(source), weights.freely, bias, .images(output),
                { a, b, c, d in
                    withUnsafePointer(to: window) {
                        Primitive(
                            thaw_convolution_create(
                                a, b, c, d, $0, epilogue.posts, Int32(epilogue.posts.count), count))
                    }
                })
        else { return false }
        let packed = try layoutFor(
            primitive, .weights, plain: weights, storage: try storage(for: node.inputs[1]),
            phase: isStatic ? .prologue : phase)
        var reads: [(Primitive.Argument, Storage)] = [
            (.source, try storage(for: node.inputs[0])), (.weights, packed),
        ]
        reads += try epilogue.operands(self)
        add(
            PlannedStep(
                "convolution", primitive, phase: phase, reads: reads,
                writes: [(.destination, try storage(for: result))]))
        return true
    }

    func lowerConvolutionInputGradient(_ operation: Convolution2DInputGradient, _ index: Int) throws {
        let node = graph.nodes[index]
        let (kernel, arriving) = (analysis.type(node.inputs[0]).shape, analysis.type(node.inputs[1]).shape)
        let weights = thaw_layout.kernel(kernel, groups: operation.convolution.groups)
        let window = Self.window(operation.convolution, input: operation.inputShape, kernel: kernel)
        let count = threads.forProduct(operations: Self.operations(arriving, kernel))
        let primitive = withUnsafeLayouts(
            .images(operation.inputShape), weights.freely, thaw_layout(), .images(arriving)
        ) { a, b, _, d in
            withUnsafePointer(to: window) {
                Primitive(thaw_convolution_backward_data_create(a, b, d, $0, count))
            }
        }
        guard let primitive else { throw missing(index) }
        let isStatic = analysis.phase[analysis.root(node.inputs[0]).node] == .prologue
        let phase = analysis.phase[index]
        let packed = try layoutFor(
            primitive, .weights, plain: weights, storage: try storage(for: node.inputs[0]),
            phase: isStatic ? .prologue : phase)
        add(
            PlannedStep(
                "convolution backward data", primitive, phase: phase,
                reads: [(.weights, packed), (.destination, try storage(for: node.inputs[1]))],
                writes: [(.source, try storage(for: Graph.Value(node: index, output: 0)))]))
    }

    func lowerConvolutionKernelGradient(_ operation: Convolution2DKernelGradient, _ index: Int) throws {
        let node = graph.nodes[index]
        let (source, arriving) = (analysis.type(node.inputs[0]).shape, analysis.type(node.inputs[1]).shape)
        let weights = thaw_layout.kernel(operation.kernelShape, groups: operation.convolution.groups)
        let window = Self.window(operation.convolution, input: source, kernel: operation.kernelShape)
        let count = threads.forProduct(operations: Self.operations(arriving, operation.kernelShape))
        let primitive = withUnsafeLayouts(.images(source), weights.freely, thaw_layout(), .images(arriving)) {
            a, b, c, d in
            withUnsafePointer(to: window) {
                Primitive(thaw_convolution_backward_weights_create(a, b, c, d, $0, count))
            }
        }
        guard let primitive else { throw missing(index) }
        let phase = analysis.phase[index]
        let result = try storage(for: Graph.Value(node: index, output: 0))
        let isPlain = primitive.matches(.weights, weights)
        let packed = isPlain ? result : makeStorage(bytes: primitive.bytes(.weights), phase: phase)
        add(
            PlannedStep(
                "convolution backward weights", primitive, phase: phase,
                reads: [
                    (.source, try storage(for: node.inputs[0])),
                    (.destination, try storage(for: node.inputs[1])),
                ], writes: [(.weights, packed)]))
        guard !isPlain else { return }
        guard
            let reorder = primitive.reorder(
                .weights, plain: weights, fromPlain: false,
                threads: threads.forElements(primitive.bytes(.weights) / 4, work: 2))
        else { throw missing(index) }
        add(
            PlannedStep(
                "unpack", reorder, phase: phase, reads: [(.source, packed)], writes: [(.destination, result)])
        )
    }

    func missing(_ index: Int) -> EngineError {
        .library(
            "oneDNN has no implementation of \(graph.nodes[index].operation) (in \(graph.nodes[index].scope)) for these shapes."
        )
    }

    private static func window(_ convolution: Convolution2D, input: [Int], kernel: [Int]) -> thaw_window {
        let padding = convolution.padding.resolved(
            input: Size2D(height: input[1], width: input[2]),
            window: Size2D(
                height: (kernel[0] - 1) * convolution.dilation.height + 1,
                width: (kernel[1] - 1) * convolution.dilation.width + 1), strides: convolution.strides)
        return thaw_window(
            kernel: (Int64(kernel[0]), Int64(kernel[1])),
            strides: (Int64(convolution.strides.height), Int64(convolution.strides.width)),
            dilation: (Int64(convolution.dilation.height), Int64(convolution.dilation.width)),
            padding_before: (Int64(padding.top), Int64(padding.left)),
            padding_after: (Int64(padding.bottom), Int64(padding.right)))
    }

    /// Floating-point operations of a convolution with this output and kernel `[h, w, in / groups, out]`.
    private static func operations(_ output: [Int], _ kernel: [Int]) -> Int {
        2 * output.reduce(1, *) * kernel[0] * kernel[1] * kernel[2]
    }
}
