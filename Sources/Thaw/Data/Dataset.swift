public import ThawTensor

/// Samples to train on, to evaluate on or to predict from: inputs, targets and, if wanted, a weight for each.
///
/// ```swift
/// let (train, test) = try FashionMNIST.load()
/// try model.fit(train.dropFirst(5000), epochs: 10, validation: train.prefix(5000))
///
/// let own = try Dataset(x, y)
/// ```
///
/// A data set is a value, and a view: selecting and shuffling copy no samples. Each sample has an identity
/// that stays with it through every selection, so that random maps and cached results belong to samples, not
/// to their place in an epoch.
///
/// ## Shapes
/// Axis 0 of every tensor counts the samples.
public struct Dataset: Sendable {
    let columns: DatasetColumns
    var rows: RowSelection
    var pipeline: SamplePipeline
    var prefetching: Prefetching?
    /// How many sets of numbers random maps draw for each sample; nil for new ones in each epoch.
    var viewCount: Int?

    /// Samples of one input each, to predict from.
    ///
    /// - Throws: ``DatasetError`` when there is no sample.
    public init(_ x: Tensor) throws {
        try self.init(inputs: [x])
    }

    /// Samples of one input and one target each.
    ///
    /// - Parameters:
    ///   - x: the inputs, `[n, ...]`.
    ///   - y: the targets, `[n, ...]`: integer labels, one-hot rows, numbers.
    ///   - sampleWeights: `[n]`, how much each sample counts in the loss.
    /// - Throws: ``DatasetError`` when there is no sample, or the counts differ.
    public init(_ x: Tensor, _ y: Tensor, sampleWeights: Tensor? = nil) throws {
        try self.init(inputs: [x], targets: [y], sampleWeights: sampleWeights)
    }

    /// Samples of any number of inputs and targets.
    ///
    /// - Throws: ``DatasetError`` when there is no sample, or the counts differ.
    public init(inputs: [Tensor], targets: [Tensor] = [], sampleWeights: Tensor? = nil) throws {
        guard let first = inputs.first else { throw DatasetError.empty(operation: "Dataset") }
        let named =
            inputs.enumerated().map { ("input \($0)", $1) }
            + targets.enumerated().map { ("target \($0)", $1) }
        for (name, tensor) in named where tensor.rank == 0 {
            throw DatasetError.missingSampleAxis(tensor: name)
        }
        let count = first.shape[0]
        guard count > 0 else { throw DatasetError.empty(operation: "Dataset") }
        for (name, tensor) in named where tensor.shape[0] != count {
            throw DatasetError.countsDiffer(tensor: name, expected: count, got: tensor.shape[0])
        }
        if let weights = sampleWeights, weights.shape != [count] {
            throw DatasetError.invalidSampleWeights(shape: weights.shape, dtype: weights.dtype, count: count)
        }
        self.init(
            columns: DatasetColumns(
                inputs: inputs, targets: targets, weights: sampleWeights?.cast(to: .float32)))
    }

    init(columns: DatasetColumns) {
        self.columns = columns
        rows = RowSelection(columns.count)
        pipeline = SamplePipeline()
    }

    /// The number of samples.
    public var count: Int { rows.count }

    /// Whether there is no sample, as after a filter that nothing passes.
    public var isEmpty: Bool { count == 0 }

    /// The inputs of the selected samples, `[count, ...]` each, before any map.
    ///
    /// A selection in the middle or out of order is copied at each call; keep the result rather than asking
    /// again.
    public var inputs: [Tensor] { columns.inputs.map(rows.gather) }

    /// The targets of the selected samples, `[count, ...]` each, before any map. Copied as ``inputs`` are.
    public var targets: [Tensor] { columns.targets.map(rows.gather) }

    /// The weights of the selected samples, `float32 [count]`, if there are any.
    public var sampleWeights: Tensor? { columns.weights.map(rows.gather) }

    /// The identities of the selected samples, in order: where each stood in the tensors that it came from.
    public var identities: [Int] { (0..<count).map(identity) }

    /// Whether reading a sample twice gives the same: there is no random map.
    public var isDeterministic: Bool { pipeline.isDeterministic }

    /// Whether another data set is this one: the same tensors, rows and maps.
    func isSame(as other: Dataset) -> Bool {
        columns === other.columns && rows == other.rows && pipeline.isSame(as: other.pipeline)
    }

    /// Whether samples are computed when they are read.
    public var isMapped: Bool { !pipeline.isEmpty }

    /// The identity of the sample at `position`; 0 ... ``count`` - 1.
    func identity(_ position: Int) -> Int { columns.identity(ofRow: rows[position]) }

    /// The same samples with other weights.
    ///
    /// - Throws: ``DatasetError`` unless `weights` has the shape `[count]`.
    public func weighted(_ weights: Tensor) throws -> Dataset {
        guard weights.shape == [count] else {
            throw DatasetError.invalidSampleWeights(shape: weights.shape, dtype: weights.dtype, count: count)
        }
        return replacing(inputs: inputs, weights: weights.cast(to: .float32))
    }

    /// The same samples, with the same identities, maps and prefetching, of other tensors.
    func replacing(inputs: [Tensor], weights: Tensor?) -> Dataset {
        var result = Dataset(
            columns: DatasetColumns(
                inputs: inputs, targets: targets, weights: weights, identities: identities))
        result.pipeline = pipeline.renewed
        result.prefetching = prefetching
        result.viewCount = viewCount
        return result
    }
}

/// The tensors of a data set, of the same number of rows, shared by every view on them.
final class DatasetColumns: Sendable {
    let inputs: [Tensor]
    let targets: [Tensor]
    let weights: Tensor?
    let count: Int
    private let identities: [Int]?

    init(inputs: [Tensor], targets: [Tensor], weights: Tensor? = nil, identities: [Int]? = nil) {
        self.inputs = inputs
        self.targets = targets
        self.weights = weights
        self.identities = identities
        count = inputs[0].shape[0]
    }

    func identity(ofRow row: Int) -> Int { identities?[row] ?? row }
}
