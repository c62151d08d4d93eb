import CKernels
import ThawGraph

extension Lowering {
    func lowerNormalizedPooling(_ operation: NormalizedPooling, _ index: Int) throws {
        let shape = inputType(index, 0).shape.map(Int64.init)
        let size = operation.pooling.size
        let inputs = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        // Only a gradient reads the others.
        let hasGradient = [1, 2].contains { analysis.useCount(Graph.Value(node: index, output: $0)) > 0 }
        let outputs = try (0..<(hasGradient ? 3 : 1)).map { try output(index, $0) }
        let count = threads.forElements(inputType(index, 0).count)
        add(
            PlannedStep("normalized pooling", phase: analysis.phase[index], reads: inputs, writes: outputs) {
                binder in
                let vectors = inputs.map { UnsafePointer(binder.floats($0)) }
                return binder.step(
                    thaw_normalized_pooling_run,
                    thaw_normalized_pooling(
                        input: vectors[0], mean: vectors[1], scale: vectors[2], shift: vectors[3],
                        output: binder.floats(outputs[0]),
                        centred: hasGradient ? binder.floats(outputs[1]) : nil,
                        positions: hasGradient ? binder.bytes(outputs[2]) : nil,
                        images: shape[0], height: shape[1], width: shape[2], channels: shape[3],
                        window_height: Int64(size.height), window_width: Int64(size.width),
                        rectifies: operation.rectifies ? 1 : 0, threads: count))
            })
    }

    func lowerNormalizedPoolingGradient(_ operation: NormalizedPoolingGradient, _ index: Int) throws {
        let shape = inputType(index, 0).shape.map(Int64.init)
        let size = operation.pooling.size
        let inputs = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        let result = try output(index)
        let count = threads.forElements(inputType(index, 0).count)
        add(
            PlannedStep(
                "normalized pooling gradient", phase: analysis.phase[index], reads: inputs, writes: [result],
                replacement: (result, inputs[0])
            ) { binder in
                func vector(_ position: Int) -> UnsafePointer<Float> {
                    UnsafePointer(binder.floats(inputs[position]))
                }
                return binder.step(
                    thaw_normalized_pooling_gradient_run,
                    thaw_normalized_pooling_gradient(
                        input: vector(0), gradient: vector(1),
                        positions: UnsafePointer(binder.bytes(inputs[2])), mean: vector(3),
                        scale: vector(4), slope: vector(5), offset: vector(6),
                        result: binder.floats(result), images: shape[0], height: shape[1],
                        width: shape[2], channels: shape[3], window_height: Int64(size.height),
                        window_width: Int64(size.width), threads: count))
            })
    }
}
