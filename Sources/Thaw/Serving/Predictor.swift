import Dispatch
import ThawEngine
import ThawGraph
public import ThawTensor

/// A snapshot of a model that only predicts, for servers: immutable, safe to use from any number of threads and tasks,
/// with Batch Normalization folded into the layers before it.
///
/// ```swift
/// let predictor = try model.predictor()
/// let classes = try await predictor.predict(images)
/// ```
///
/// It keeps weights of its own: training the model further, freezing or changing it leaves the snapshot as it is. A
/// sample's result has the same bits whatever it is predicted together with: requests are padded to a few sizes, all of
/// at least 2 rows, whose products are computed in the same order. Requests run one after another, each on all of the
/// engine's threads.
public final class Predictor: @unchecked Sendable {
    // Safety: everything mutable is touched only on the engine's thread.

    /// The shapes of one sample's inputs.
    public let inputShapes: [[Int]]
    /// The shapes of one sample's outputs.
    public let outputShapes: [[Int]]
    /// The most samples that are computed at once; a larger request is divided.
    public let maximumBatchSize: Int

    private let name: String
    private let engine: any Engine
    /// A graph for each size that requests are padded to, smallest first.
    private let graphs: [(size: Int, graph: Graph)]
    private var executables: [Int: any Executable] = [:]
    /// Where requests of tasks wait, so that they do not hold threads of Swift's pool.
    private let queue = DispatchQueue(label: "thaw-predictor")

    init(_ model: Model, maximumBatchSize: Int) throws {
        try model.ensureBuilt()
        guard let inputShapes = model.inputShapes, let outputShapes = model.outputShapes else {
            throw ModelError.notBuilt(model: model.name)
        }
        guard (1...65536).contains(maximumBatchSize) else {
            throw TrainingError.invalidArgument(
                "predictor: maximumBatchSize is \(maximumBatchSize); it must be from 1 to 65536.")
        }
        guard !model.isPinnedToTraining else {
            throw TrainingError.invalidArgument(
                "predictor: a part of model \(model.name) always runs in training mode, so that a sample's result depends on "
                    + "what it is predicted with; use predict.")
        }
        self.inputShapes = inputShapes
        self.outputShapes = outputShapes
        self.maximumBatchSize = maximumBatchSize
        name = model.name
        engine = model.engine
        let copies = try Dictionary(
            uniqueKeysWithValues: model.parameterPaths.map { path, parameter in
                (parameter, try parameter.engine.makeVariable(name: path, initialValue: parameter.value))
            })
        let signature = ModelSignature(of: model)
        graphs = try Self.sizes(upTo: maximumBatchSize).map { size in
            let key = StepKey(
                kind: .predict, batchSize: size, inputShapes: inputShapes, mode: .inference, model: signature)
            let builder = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
            builder.context.tracer.substitutes = copies
            try builder.addPredictions()
            return (size, builder.graph)
        }
    }

    /// The output for each sample, for a model of one input and one output.
    ///
    /// - Parameter x: the inputs `[n, ...]`; n may be 0.
    /// - Returns: the outputs, samples on axis 0; NaN for a sample whose input holds NaN or infinity.
    /// - Throws: `TrainingError.inputShape` if the samples have another shape; what the engine throws.
    public func predict(_ x: Tensor) throws -> Tensor { try only(predict([x])) }

    /// The outputs for each sample, one tensor for each output, from one tensor for each input.
    ///
    /// - Throws: as for one input; `ModelError.inputCount` for another number of inputs.
    public func predict(_ inputs: [Tensor]) throws -> [Tensor] {
        let count = try check(inputs)
        return try engine.perform { () throws in try run(inputs, count: count) }
    }

    /// The same without holding up the calling task's thread.
    ///
    /// - Throws: also `CancellationError` if the task is cancelled before its turn.
    public func predict(_ x: Tensor) async throws -> Tensor { try only(await predict([x])) }

    /// The same for several inputs and outputs.
    public func predict(_ inputs: [Tensor]) async throws -> [Tensor] {
        let count = try check(inputs)
        try Task.checkCancellation()
        return try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        try self.engine.perform { () throws in try self.run(inputs, count: count) }
                    })
            }
        }
    }

    /// 2, 4, 8 and so on: a batch of one is computed in another order than larger ones.
    private static func sizes(upTo maximum: Int) -> [Int] {
        var sizes = [2]
        while let last = sizes.last, last < maximum { sizes.append(last * 2) }
        return sizes
    }

    /// Throws unless the inputs fit; gives the number of samples.
    private func check(_ inputs: [Tensor]) throws -> Int {
        guard inputs.count == inputShapes.count else {
            throw ModelError.inputCount(model: name, expected: inputShapes.count, got: inputs.count)
        }
        let count = inputs.first?.shape.first ?? 0
        for (input, shape) in zip(inputs, inputShapes) {
            guard input.rank >= 1, Array(input.shape.dropFirst()) == shape else {
                throw TrainingError.inputShape(
                    model: name, expected: shape, got: Array(input.shape.dropFirst()))
            }
            guard input.shape[0] == count else {
                throw TrainingError.invalidArgument(
                    "predict: the inputs have \(count) and \(input.shape[0]) samples; they must have the same number."
                )
            }
        }
        return count
    }

    private func only(_ outputs: [Tensor]) throws -> Tensor {
        guard outputs.count == 1 else {
            throw TrainingError.invalidArgument(
                "predict: model \(name) has \(outputs.count) outputs; give the inputs as a list to get all of them."
            )
        }
        return outputs[0]
    }

    /// On the engine's thread.
    private func run(_ inputs: [Tensor], count: Int) throws -> [Tensor] {
        let sources = inputs.map { $0.dtype == .float32 ? $0 : $0.cast(to: .float32) }
        var results = outputShapes.map { Tensor.zeros([count] + $0) }
        var start = 0
        while start < count {
            let rows = min(count - start, maximumBatchSize)
            let executable = try executable(for: rows)
            for (index, source) in sources.enumerated() {
                executable.withInput(index) { target in
                    let used = source.withUnsafeBytes { bytes in
                        let width = bytes.count / count
                        let part = bytes[start * width..<(start + rows) * width]
                        target.copyMemory(from: UnsafeRawBufferPointer(rebasing: part))
                        return part.count
                    }
                    target[used...].initializeMemory(as: UInt8.self, repeating: 0)
                }
            }
            try executable.run()
            for index in results.indices {
                let output = executable.output(index)
                let width = output.count / output.shape[0] * output.dtype.byteCount
                results[index].withUnsafeMutableBytes { target in
                    output.withUnsafeBytes { bytes in
                        UnsafeMutableRawBufferPointer(rebasing: target[(start * width)...]).copyMemory(
                            from: UnsafeRawBufferPointer(rebasing: bytes[..<(rows * width)]))
                    }
                }
            }
            start += rows
        }
        return results
    }

    private func executable(for rows: Int) throws -> any Executable {
        guard let (size, graph) = graphs.first(where: { $0.size >= rows }) else {
            throw TrainingError.invalidArgument(
                "predict: \(rows) samples are more than \(maximumBatchSize) at once.")
        }
        if let executable = executables[size] { return executable }
        let executable = try engine.compile(graph, isBatchInvariant: true)
        executables[size] = executable
        return executable
    }
}
