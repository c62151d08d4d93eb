import Foundation
public import ThawTensor

/// What is wrong with a data set, or why it could not be had.
public enum DatasetError: ThawError, Equatable {
    /// There is no sample.
    case empty(operation: String)
    /// A tensor is a scalar, so that it has no axis of samples.
    case missingSampleAxis(tensor: String)
    /// Inputs, targets or weights are not of the same number of samples.
    case countsDiffer(tensor: String, expected: Int, got: Int)
    /// Sample weights are not one number per sample.
    case invalidSampleWeights(shape: [Int], dtype: DType, count: Int)
    /// A batch size is not positive.
    case invalidBatchSize(Int)
    /// A fraction is not between 0 and 1.
    case invalidFraction(Double)
    /// A position is outside of the data set.
    case positionOutOfRange(Int, count: Int)
    /// A map for one input and one target was given other samples.
    case unexpectedColumns(operation: String, inputs: Int, targets: Int)
    /// Samples that cannot be mixed, or settings of the mixing out of range.
    case notMixable(operation: String, reason: String)
    /// A map gave samples of different shapes or types.
    case sampleChanged(identity: Int, expected: String, got: String)
    /// A map that promised to be deterministic gave something else for the same sample.
    case mapNotDeterministic(identity: Int)
    /// An operation needs the tensors themselves, and there are maps on them.
    case mapped(operation: String, remedy: String)
    /// The files that were found contradict each other.
    case inconsistentFiles(dataset: String, what: String)
    /// The files are not on this machine, and could not be downloaded.
    case unavailable(dataset: String, reason: String, remedy: String)

    /// What happened, what was expected, what came and how to mend it.
    public var description: String {
        switch self {
        case .empty(let operation):
            "\(operation): the data set is empty; at least one sample is needed. "
                + "A filter, prefix or split may have left none."
        case .missingSampleAxis(let tensor):
            "Dataset: \(tensor) is a scalar; axis 0 must count the samples. "
                + "Reshape it to [1] or stack samples."
        case .countsDiffer(let tensor, let expected, let got):
            "Dataset: \(tensor) has \(got) samples, the first input has \(expected). "
                + "Axis 0 of every tensor must count the same samples."
        case .invalidSampleWeights(let shape, let dtype, let count):
            "Dataset: sample weights are \(dtype) \(shape); expected numbers of "
                + "shape [\(count)], one per sample."
        case .invalidBatchSize(let size):
            "The batch size is \(size); it must be at least 1."
        case .invalidFraction(let fraction):
            "split: the fraction is \(fraction); it must lie between 0 and 1."
        case .positionOutOfRange(let position, let count):
            "Dataset: there is no sample \(position); positions are 0 ..< \(count)."
        case .unexpectedColumns(let operation, let inputs, let targets):
            "\(operation) is for samples of one input and one target, and this data set has \(inputs) and "
                + "\(targets). Use mapSamples instead."
        case .notMixable(let operation, let reason): "\(operation): \(reason)."
        case .sampleChanged(let identity, let expected, let got):
            "map: sample \(identity) became \(got), the first of its batch \(expected). "
                + "A map must give the same shapes and types for every sample."
        case .mapNotDeterministic(let identity):
            "map: sample \(identity) was mapped twice and came out differently. A plain map promises "
                + "the same result each time, since results may be kept; draw random numbers in map(random:)."
        case .mapped(let operation, let remedy):
            "\(operation): this data set is mapped, and a map may throw. \(remedy)"
        case .inconsistentFiles(let dataset, let what):
            "\(dataset): \(what). Remove the files and get them again."
        case .unavailable(let dataset, let reason, let remedy):
            "\(dataset) is not available: \(reason). \(remedy)"
        }
    }
}
