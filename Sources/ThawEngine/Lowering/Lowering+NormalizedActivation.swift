import CKernels
import ThawGraph

extension Lowering {
    func lowerNormalizedActivation(_ operation: NormalizedActivation, _ index: Int) throws {
        let inputs = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        let result = try output(index)
        let (rows, columns, count) = rowsAndColumns(index)
        let (code, maximum) = operation.activation.code
        add(
            PlannedStep(
                "normalized activation", phase: analysis.phase[index], reads: inputs, writes: [result],
                replacement: inputs.count > 4 ? (result, inputs[4]) : nil
            ) { binder in
                let data = inputs.map { UnsafePointer(binder.floats($0)) }
                return binder.step(
                    thaw_normalized_activation_run,
                    thaw_normalized_activation(
                        input: data[0], residual: data.count > 4 ? data[4] : nil, mean: data[1],
                        scale: data[2], shift: data[3], output: binder.floats(result), rows: rows,
                        columns: columns, maximum: maximum, activation: code, threads: count))
            })
    }

    func lowerNormalizedActivationSums(_ operation: NormalizedActivationSums, _ index: Int) throws {
        let inputs = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        let (sums, products) = (try output(index, 0), try output(index, 1))
        var context = thaw_normalized_activation_sums()
        (context.rows, context.columns, context.threads) = rowsAndColumns(index)
        (context.activation, context.maximum) = operation.activation.code
        let template = context
        add(
            PlannedStep(
                "normalized activation sums", phase: analysis.phase[index], reads: inputs,
                writes: [sums, products],
                scratchBytes: thaw_normalized_activation_sums_scratch_bytes(&context)
            ) { binder in
                var context = template
                let data = inputs.map { UnsafePointer(binder.floats($0)) }
                (context.input, context.gradient, context.mean) = (data[0], data[1], data[2])
                (context.scale, context.shift) = (data[3], data[4])
                (context.sums, context.products) = (binder.floats(sums), binder.floats(products))
                context.scratch = binder.scratch
                return binder.step(thaw_normalized_activation_sums_run, context)
            })
    }

    func lowerNormalizedActivationGradient(
        _ operation: NormalizedActivationGradient, _ index: Int
    ) throws {
        let inputs = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        let result = try output(index, 0)
        let isSumRead = analysis.useCount(Graph.Value(node: index, output: 1)) > 0
        let sums = isSumRead ? try output(index, 1) : nil
        var context = thaw_normalized_activation_gradient()
        (context.rows, context.columns, context.threads) = rowsAndColumns(index)
        (context.activation, context.maximum) = operation.activation.code
        let template = context
        add(
            PlannedStep(
                "normalized activation gradient", phase: analysis.phase[index], reads: inputs,
                writes: [result] + (sums.map { [$0] } ?? []),
                scratchBytes: isSumRead ? thaw_normalized_activation_gradient_scratch_bytes(&context) : 0,
                replacement: (result, inputs[1])
            ) { binder in
                var context = template
                let data = inputs.map { UnsafePointer(binder.floats($0)) }
                (context.input, context.gradient, context.mean) = (data[0], data[1], data[2])
                (context.scale, context.shift) = (data[3], data[4])
                (context.slope, context.offset) = (data[5], data[6])
                context.output = binder.floats(result)
                context.sums = sums.map { binder.floats($0) }
                context.scratch = binder.scratch
                return binder.step(thaw_normalized_activation_gradient_run, context)
            })
    }

    /// Of the node's first input; and how many threads are worth having.
    private func rowsAndColumns(_ index: Int) -> (rows: Int64, columns: Int64, threads: Int32) {
        let shape = inputType(index, 0).shape
        let rows = shape.dropLast().reduce(1, *)
        let columns = shape.last ?? 1
        return (Int64(rows), Int64(columns), threads.forElements(rows * columns))
    }
}

extension FusedActivation {
    fileprivate var code: (activation: Int32, maximum: Float) {
        switch self {
        case .none: (Int32(THAW_ACTIVATION_NONE), 0)
        case .relu: (Int32(THAW_ACTIVATION_RELU), 0)
        case .clippedRelu(let maximum): (Int32(THAW_ACTIVATION_CLIPPED_RELU), Float(maximum))
        }
    }
}
