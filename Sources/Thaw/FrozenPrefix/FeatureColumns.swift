import Foundation
import ThawEngine
import ThawTensor

/// The features of all samples while they are computed, batch by batch.
struct FeatureColumns {
    /// One tensor for each feature, samples on axis 0.
    private(set) var features: [Tensor]
    /// The targets as maps made them; nil for data without maps.
    private(set) var targets: [Tensor]?
    private let count: Int

    /// - Parameters:
    ///   - shapes: those of the features of one sample.
    ///   - count: how many samples there are.
    ///   - folder: where the features lie in files; nil for memory.
    init(shapes: [[Int]], count: Int, folder: URL?) throws {
        self.count = count
        self.features = try shapes.map { sample in
            let shape = [count] + sample
            guard let folder else { return Tensor.zeros(shape) }
            return try Tensor(inTemporaryFileOf: folder, shape: shape, dtype: .float32)
        }
    }

    /// Takes what a step computed for the samples from `start` on.
    mutating func write(_ step: CompiledStep, targets batch: [Tensor]?, from start: Int) {
        for index in features.indices {
            features[index].replaceRows(from: start, with: step.executable.output(index))
        }
        guard let batch else { return }
        var columns = targets ?? batch.map { Tensor.zeros([count] + $0.shape.dropFirst(), dtype: $0.dtype) }
        targets = nil
        for index in batch.indices { columns[index].replaceRows(from: start, with: batch[index]) }
        targets = columns
    }
}
