import CKernels
import ThawGraph
import ThawTensor

extension Lowering {
    /// Lowers an operation that is a step of its own.
    func lowerSingle(_ index: Int) throws {
        let node = graph.nodes[index]
        guard node.outputTypes.contains(where: { $0.count > 0 }) else { return }
        switch node.operation {
        case let operation as Convolution2DInputGradient: try lowerConvolutionInputGradient(operation, index)
        case let operation as Convolution2DKernelGradient:
            try lowerConvolutionKernelGradient(operation, index)
        case let operation as Pooling2D: try lowerPooling(operation, index)
        case let operation as Pooling2DGradient: try lowerPoolingGradient(operation, index)
        case let operation as NormalizedPooling: try lowerNormalizedPooling(operation, index)
        case let operation as NormalizedPoolingGradient:
            try lowerNormalizedPoolingGradient(operation, index)
        case let operation as NormalizedActivation: try lowerNormalizedActivation(operation, index)
        case let operation as NormalizedActivationSums: try lowerNormalizedActivationSums(operation, index)
        case let operation as NormalizedActivationGradient:
            try lowerNormalizedActivationGradient(operation, index)
        case is Reduction, is ArgumentMaximum: try lowerReduction(index)
        case is Moments: try lowerMoments(index)
        case is Softmax: try lowerSoftmax(index, logarithm: false)
        case is LogSoftmax: try lowerSoftmax(index, logarithm: true)
        case is SparseCategoricalCrossEntropy: try lowerCrossEntropy(index)
        case is SparseCategoricalCrossEntropyGradient: try lowerCrossEntropyGradient(index)
        case is Transpose, is Slice, is SliceGradient, is Pad, is Concatenate, is BroadcastTo:
            try lowerMovement(index)
        case is Gather, is ScatterAdd, is OneHot: try lowerIndexing(index)
        case let operation as AffineResample: try lowerAffineResample(operation, index)
        case let operation as AffineResampleGradient:
            try lowerAffineResampleGradient(operation, index)
        case let operation as Random: try lowerRandom(operation, index)
        case is AllFinite: try lowerAllFinite(index)
        default:
            throw EngineError.unsupportedOperation(
                "the oneDNN engine has no kernel for \(node.operation.name) (in \(node.scope)), and the operation no decomposition; see \"Adding an operation\" in CONTRIBUTING.md."
            )
        }
    }

    func output(_ index: Int, _ output: Int = 0) throws -> Storage {
        try storage(for: Graph.Value(node: index, output: output))
    }

    func input(_ index: Int, _ position: Int) throws -> Storage {
        try storage(for: graph.nodes[index].inputs[position])
    }

    func inputType(_ index: Int, _ position: Int) -> TensorType {
        analysis.type(graph.nodes[index].inputs[position])
    }

    // MARK: - Reductions

    func lowerReduction(_ index: Int) throws {
        let node = graph.nodes[index]
        let shape = inputType(index, 0).shape
        var source = try input(index, 0)
        let phase = analysis.phase[index]
        if let operation = node.operation as? ArgumentMaximum {
            let axis = operation.axis < 0 ? operation.axis + shape.count : operation.axis
            addReduce(
                Int32(THAW_REDUCE_ARGUMENT_MAXIMUM), from: source, to: try output(index), shape: shape,
                axes: axis..<(axis + 1),
                phase: phase)
            return
        }
        guard let operation = node.operation as? Reduction else { return }
        // Neighbouring axes are reduced together; separate groups of axes one after the other, from the last.
        var runs: [Range<Int>] = []
        for axis in operation.axes.sorted() {
            if let last = runs.last, last.upperBound == axis {
                runs[runs.count - 1] = last.lowerBound..<(axis + 1)
            } else {
                runs.append(axis..<(axis + 1))
            }
        }
        if runs.isEmpty { runs = [0..<0] }
        var current = shape
        for (position, run) in runs.reversed().enumerated() {
            let isLast = position == runs.count - 1
            var next = current
            for axis in run { next[axis] = 1 }
            let destination =
                isLast ? try output(index) : makeStorage(bytes: next.reduce(4, *), phase: phase)
            addReduce(
                operation.kind.code, from: source, to: destination, shape: current, axes: run, phase: phase)
            current = next
            source = destination
        }
    }

    private func addReduce(
        _ kind: Int32, from source: Storage, to destination: Storage, shape: [Int], axes: Range<Int>,
        phase: Phase
    ) {
        var context = thaw_reduce()
        context.outer = Int64(shape[..<axes.lowerBound].reduce(1, *))
        context.reduced = Int64(shape[axes].reduce(1, *))
        context.inner = Int64(shape[axes.upperBound...].reduce(1, *))
        context.kind = kind
        context.threads = threads.forElements(shape.reduce(1, *))
        let template = context
        add(
            PlannedStep(
                "reduce", phase: phase, reads: [source], writes: [destination],
                scratchBytes: thaw_reduce_scratch_bytes(&context)
            ) { binder in
                var context = template
                context.input = UnsafePointer(binder.floats(source))
                context.output = binder.address(destination)
                context.scratch = binder.scratch
                return binder.step(thaw_reduce_run, context)
            })
    }

    private func lowerMoments(_ index: Int) throws {
        let shape = inputType(index, 0).shape
        var context = thaw_moments()
        context.columns = Int64(shape[shape.count - 1])
        context.rows = Int64(shape.dropLast().reduce(1, *))
        context.threads = threads.forElements(shape.reduce(1, *), work: 2)
        let template = context
        let (source, mean, variance) = (try input(index, 0), try output(index, 0), try output(index, 1))
        add(
            PlannedStep(
                "moments", phase: analysis.phase[index], reads: [source], writes: [mean, variance],
                scratchBytes: thaw_moments_scratch_bytes(&context)
            ) { binder in
                var context = template
                context.input = UnsafePointer(binder.floats(source))
                context.mean = binder.floats(mean)
                context.variance = binder.floats(variance)
                context.scratch = binder.scratch
                return binder.step(thaw_moments_run, context)
            })
    }

    // MARK: - Softmax and cross-entropy

    private func rowsAndColumns(_ shape: [Int]) -> (rows: Int64, columns: Int64) {
        (Int64(shape.dropLast().reduce(1, *)), Int64(shape.last ?? 1))
    }

    private func lowerSoftmax(_ index: Int, logarithm: Bool) throws {
        let shape = inputType(index, 0).shape
        let (rows, columns) = rowsAndColumns(shape)
        let (source, destination) = (try input(index, 0), try output(index))
        let count = threads.forElements(shape.reduce(1, *), work: 8)
        add(
            PlannedStep("softmax", phase: analysis.phase[index], reads: [source], writes: [destination]) {
                binder in
                binder.step(
                    thaw_softmax_run,
                    thaw_softmax(
                        input: UnsafePointer(binder.floats(source)), output: binder.floats(destination),
                        rows: rows,
                        columns: columns, logarithm: logarithm ? 1 : 0, threads: count))
            })
    }

    private func lowerCrossEntropy(_ index: Int) throws {
        let shape = inputType(index, 0).shape
        let (rows, columns) = rowsAndColumns(shape)
        let (logits, labels, loss) = (try input(index, 0), try input(index, 1), try output(index))
        let count = threads.forElements(shape.reduce(1, *), work: 8)
        add(
            PlannedStep(
                "sparse cross-entropy", phase: analysis.phase[index], reads: [logits, labels], writes: [loss]
            ) {
                binder in
                binder.step(
                    thaw_sparse_cross_entropy_run,
                    thaw_sparse_cross_entropy(
                        logits: UnsafePointer(binder.floats(logits)),
                        labels: UnsafePointer(binder.integers(labels)),
                        loss: binder.floats(loss), rows: rows, columns: columns, threads: count))
            })
    }

    private func lowerCrossEntropyGradient(_ index: Int) throws {
        let shape = inputType(index, 0).shape
        let (rows, columns) = rowsAndColumns(shape)
        let (logits, labels, scale) = (try input(index, 0), try input(index, 1), try input(index, 2))
        let gradient = try output(index)
        let count = threads.forElements(shape.reduce(1, *), work: 8)
        add(
            PlannedStep(
                "sparse cross-entropy gradient", phase: analysis.phase[index],
                reads: [logits, labels, scale],
                writes: [gradient]
            ) { binder in
                binder.step(
                    thaw_sparse_cross_entropy_gradient_run,
                    thaw_sparse_cross_entropy_gradient(
                        logits: UnsafePointer(binder.floats(logits)),
                        labels: UnsafePointer(binder.integers(labels)),
                        scale: UnsafePointer(binder.floats(scale)), gradient: binder.floats(gradient),
                        rows: rows,
                        columns: columns, threads: count))
            })
    }

    // MARK: - Random numbers and finiteness

    private func lowerRandom(_ operation: Random, _ index: Int) throws {
        let rows = operation.shape.first ?? 1
        var context = thaw_random()
        context.rows = Int64(rows)
        context.columns = Int64(operation.shape.dropFirst().reduce(1, *))
        context.stream = operation.stream
        switch operation.distribution {
        case .uniform(let minimum, let maximum):
            (context.distribution, context.p0, context.p1) = (
                Int32(THAW_UNIFORM), Float(minimum), Float(maximum)
            )
        case .normal(let mean, let deviation):
            (context.distribution, context.p0, context.p1) = (
                Int32(THAW_NORMAL), Float(mean), Float(deviation)
            )
        case .bernoulli(let probability):
            (context.distribution, context.p0) = (Int32(THAW_BERNOULLI), Float(probability))
        }
        context.threads = threads.forElements(operation.shape.reduce(1, *), work: 4)
        let template = context
        let (key, destination) = (try input(index, 0), try output(index))
        add(
            PlannedStep("random", phase: analysis.phase[index], reads: [key], writes: [destination]) {
                binder in
                var context = template
                context.state = UnsafePointer(binder.integers(key))
                context.output = binder.floats(destination)
                return binder.step(thaw_random_run, context)
            })
    }

    private func lowerAllFinite(_ index: Int) throws {
        let sources = try graph.nodes[index].inputs.indices.map { try input(index, $0) }
        let counts = graph.nodes[index].inputs.map { Int64(analysis.type($0).count) }
        let destination = try output(index)
        let count = threads.forElements(Int(counts.reduce(0, +)))
        add(
            PlannedStep("all finite", phase: analysis.phase[index], reads: sources, writes: [destination]) {
                binder in
                let buffers = binder.keep(sources.map { Optional(UnsafePointer(binder.floats($0))) })
                return binder.step(
                    thaw_all_finite_run,
                    thaw_all_finite(
                        buffers: UnsafePointer(buffers), counts: UnsafePointer(binder.keep(counts)),
                        buffer_count: Int64(sources.count), output: binder.floats(destination), threads: count
                    ))
            })
    }
}

extension ReductionKind {
    fileprivate var code: Int32 {
        switch self {
        case .sum: Int32(THAW_REDUCE_SUM)
        case .mean: Int32(THAW_REDUCE_MEAN)
        case .maximum: Int32(THAW_REDUCE_MAXIMUM)
        case .minimum: Int32(THAW_REDUCE_MINIMUM)
        }
    }
}
