import CKernels
import ThawGraph
import ThawTensor

extension Lowering {
    /// Lowers what only moves elements: each is one or more copies with strides.
    func lowerMovement(_ index: Int) throws {
        let node = graph.nodes[index]
        let phase = analysis.phase[index]
        let destination = try output(index)
        let outputShape = node.outputTypes[0].shape
        let outputStrides = rowMajorStrides(outputShape)
        let shape = inputType(index, 0).shape
        let strides = rowMajorStrides(shape)
        let bytes = try analysis.storedType(node.inputs[0]).byteCount
        func copy(
            _ name: String, from source: Storage, offset: Int = 0, strides: [Int], destinationOffset: Int = 0,
            destinationStrides: [Int], sizes: [Int]
        ) {
            addStridedCopy(
                name, from: source, offset: offset, strides: strides, to: destination,
                destinationOffset: destinationOffset, destinationStrides: destinationStrides, sizes: sizes,
                elementBytes: bytes, phase: phase)
        }
        func fill(_ value: Double) {
            let count = Int64(outputShape.reduce(1, *))
            let threadCount = threads.forElements(Int(count))
            add(
                PlannedStep("fill", phase: phase, reads: [], writes: [destination]) { binder in
                    binder.step(
                        thaw_fill_run,
                        thaw_fill(
                            output: binder.floats(destination), count: count, value: Float(value),
                            threads: threadCount))
                })
        }
        func dot(_ a: [Int], _ b: [Int]) -> Int { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

        switch node.operation {
        case let operation as Transpose:
            copy(
                "transpose", from: try input(index, 0), strides: operation.permutation.map { strides[$0] },
                destinationStrides: outputStrides, sizes: outputShape)
        case let operation as Slice:
            copy(
                "slice", from: try input(index, 0), offset: dot(operation.starts, strides),
                strides: zip(strides, operation.strides).map { $0 * $1 }, destinationStrides: outputStrides,
                sizes: outputShape)
        case let operation as SliceGradient:
            fill(0)
            copy(
                "slice gradient", from: try input(index, 0), strides: strides,
                destinationOffset: dot(operation.slice.starts, outputStrides),
                destinationStrides: zip(outputStrides, operation.slice.strides).map { $0 * $1 }, sizes: shape)
        case let operation as Pad:
            fill(operation.value)
            copy(
                "pad", from: try input(index, 0), strides: strides,
                destinationOffset: dot(operation.before, outputStrides), destinationStrides: outputStrides,
                sizes: shape)
        case let operation as Concatenate:
            var position = 0
            for number in node.inputs.indices {
                let part = inputType(index, number).shape
                if part.reduce(1, *) > 0 {
                    copy(
                        "concatenate", from: try input(index, number), strides: rowMajorStrides(part),
                        destinationOffset: position * outputStrides[operation.axis],
                        destinationStrides: outputStrides,
                        sizes: part)
                }
                position += part[operation.axis]
            }
        default:
            let aligned = [Int](repeating: 1, count: outputShape.count - shape.count) + shape
            copy(
                "broadcast", from: try input(index, 0),
                strides: zip(aligned, rowMajorStrides(aligned)).map { $0 == 1 ? 0 : $1 },
                destinationStrides: outputStrides, sizes: outputShape)
        }
    }

    /// Copies a box of elements; offsets and strides in elements.
    func addStridedCopy(
        _ name: String, from source: Storage, offset: Int, strides: [Int], to destination: Storage,
        destinationOffset: Int, destinationStrides: [Int], sizes: [Int], elementBytes: Int, phase: Phase
    ) {
        let box = CopyBox(sizes: sizes, from: strides, to: destinationStrides)
        precondition(
            box.sizes.count <= Int(THAW_MAXIMUM_RANK), "tensors of more than \(THAW_MAXIMUM_RANK) axes")
        let count = threads.forElements(sizes.reduce(1, *))
        add(
            PlannedStep(name, phase: phase, reads: [source], writes: [destination]) { binder in
                var context = thaw_strided_copy()
                context.input = UnsafeRawPointer(binder.address(source) + offset * elementBytes)
                context.output = binder.address(destination) + destinationOffset * elementBytes
                context.rank = Int32(box.sizes.count)
                context.element_bytes = Int32(elementBytes)
                context.threads = count
                fill(&context.sizes, box.sizes)
                fill(&context.input_strides, box.from)
                fill(&context.output_strides, box.to)
                return binder.step(thaw_strided_copy_run, context)
            })
    }

    // MARK: - Indexing

    func lowerIndexing(_ index: Int) throws {
        let node = graph.nodes[index]
        let phase = analysis.phase[index]
        let destination = try output(index)
        let outputShape = node.outputTypes[0].shape
        switch node.operation {
        case is Gather:
            let parameters = inputType(index, 0).shape
            let (source, indices) = (try input(index, 0), try input(index, 1))
            let width = parameters.dropFirst().reduce(1, *)
            let count = inputType(index, 1).count
            let threadCount = threads.forElements(count * width)
            add(
                PlannedStep("gather", phase: phase, reads: [source, indices], writes: [destination]) {
                    binder in
                    binder.step(
                        thaw_gather_run,
                        thaw_gather(
                            input: UnsafePointer(binder.floats(source)),
                            indices: UnsafePointer(binder.integers(indices)),
                            output: binder.floats(destination),
                            rows: Int64(parameters[0]), count: Int64(count), width: Int64(width),
                            threads: threadCount))
                })
        case let operation as ScatterAdd:
            let (indices, values) = (try input(index, 0), try input(index, 1))
            let count = inputType(index, 0).count
            let width = outputShape.dropFirst().reduce(1, *)
            let threadCount = threads.forElements(count * width)
            add(
                PlannedStep("scatter add", phase: phase, reads: [indices, values], writes: [destination]) {
                    binder in
                    binder.step(
                        thaw_scatter_add_run,
                        thaw_scatter_add(
                            input: UnsafePointer(binder.floats(values)),
                            indices: UnsafePointer(binder.integers(indices)),
                            output: binder.floats(destination),
                            rows: Int64(operation.rows), count: Int64(count), width: Int64(width),
                            threads: threadCount))
                })
        case let operation as OneHot:
            let indices = try input(index, 0)
            let count = inputType(index, 0).count
            add(
                PlannedStep("one-hot", phase: phase, reads: [indices], writes: [destination]) { binder in
                    binder.step(
                        thaw_one_hot_run,
                        thaw_one_hot(
                            indices: UnsafePointer(binder.integers(indices)),
                            output: binder.floats(destination),
                            count: Int64(count), depth: Int64(operation.depth), threads: 1))
                })
        default: break
        }
    }
}

/// A box of elements to copy, with axes joined where both sides allow it.
struct CopyBox {
    private(set) var sizes: [Int] = []
    private(set) var from: [Int] = []
    private(set) var to: [Int] = []

    init(sizes: [Int], from: [Int], to: [Int]) {
        for axis in sizes.indices where sizes[axis] != 1 {
            if let last = self.sizes.indices.last, self.from[last] == from[axis] * sizes[axis],
                self.to[last] == to[axis] * sizes[axis]
            {
                self.sizes[last] *= sizes[axis]
                self.from[last] = from[axis]
                self.to[last] = to[axis]
            } else {
                self.sizes.append(sizes[axis])
                self.from.append(from[axis])
                self.to.append(to[axis])
            }
        }
        if self.sizes.isEmpty { (self.sizes, self.from, self.to) = ([1], [1], [1]) }
    }
}

private func fill<Field>(_ field: inout Field, _ values: [Int]) {
    withUnsafeMutableBytes(of: &field) { bytes in
        let numbers = bytes.bindMemory(to: Int64.self)
        for (index, value) in values.enumerated() { numbers[index] = Int64(value) }
    }
}
