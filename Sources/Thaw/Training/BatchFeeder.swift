import ThawEngine
import ThawTensor

/// Writes batches of a data set into steps.
///
/// Rows of plain tensors go straight into a step's inputs, with nothing allocated on the way. Samples
/// of mapped data are computed ahead on threads of their own.
final class BatchFeeder {
    /// The number of samples.
    var count: Int { dataset.count }

    /// The number of batches of a size, the last of which may be smaller.
    func steps(ofSize size: Int) -> Int { count == 0 ? 0 : (count - 1) / size + 1 }

    private let dataset: Dataset
    /// The name of the call, for errors.
    private let call: String
    private let signature: SampleSignature
    private let classWeights: ClassWeights?
    /// Sample weights times class weights, by position; nil where class weights are not used or data is
    /// mapped.
    private let combinedWeights: [Float]?
    private let usesTargets: Bool
    private var order: [Int]
    /// What targets are checked against: a loss and the shape of the prediction for each output; no loss, no check.
    private var checks: [(loss: Loss?, predictionShape: [Int])] = []
    private var mapped: MappedBatches?

    /// Whether a sample is the same in every view.
    var isDeterministic: Bool { dataset.isDeterministic }

    /// How many views of each sample there are; nil without end.
    var viewCount: Int? { dataset.isDeterministic ? 1 : dataset.viewCount }

    /// Whether samples are computed when they are read.
    var isMapped: Bool { dataset.isMapped }

    /// The targets of the batch that was filled in last, as maps made them; nil for data without maps.
    private(set) var lastTargets: [Tensor]?

    /// What tells the samples from others, found out when it is first asked for.
    private(set) lazy var dataIdentity = DataIdentity(of: dataset)

    /// - Parameters:
    ///   - call: the name of the call, for errors.
    ///   - targetCount: how many targets steps need.
    convenience init(
        _ dataset: Dataset, call: String, targetCount: Int, classWeights: [Int: Double]? = nil
    ) throws {
        try self.init(
            dataset, call: call, targetCount: targetCount, classWeights: classWeights.map { ClassWeights($0) }
        )
    }

    private init(_ dataset: Dataset, call: String, targetCount: Int, classWeights weights: ClassWeights?)
        throws
    {
        guard !dataset.isEmpty else { throw TrainingError.emptyData(call: call) }
        self.dataset = dataset
        self.call = call
        usesTargets = targetCount > 0
        signature = try dataset.signature()
        guard !usesTargets || signature.targets.count == targetCount else {
            let outputs = targetCount == 1 ? "one output" : "\(targetCount) outputs"
            throw TrainingError.invalidArgument(
                "\(call): the data has \(signature.targets.count) targets for each sample; expected \(targetCount), for the "
                    + "model's \(outputs). Make the data set with Dataset(x, y) or Dataset(inputs:targets:).")
        }
        guard weights == nil || targetCount == 1 else {
            throw TrainingError.invalidArgument(
                "\(call): class weights go with a model of one output; give sample weights instead.")
        }
        self.classWeights = weights
        if let weights, !dataset.isMapped, let targets = dataset.targets.first {
            combinedWeights = weights.combined(targets: targets, sampleWeights: dataset.sampleWeights)
        } else {
            combinedWeights = nil
        }
        order = Array(0..<dataset.count)
    }

    /// The shapes of one sample's inputs.
    var inputShapes: [[Int]] { signature.inputs.map(\.shape) }

    /// What the steps for this data have in common.
    func key(
        kind: StepKey.Kind, model: Model, mode: Mode, liveRandomness: LiveRandomness = .automatic,
        statistics: BatchNormalization.Statistics? = nil
    ) -> StepKey {
        StepKey(
            kind: kind, batchSize: 0, inputShapes: inputShapes,
            targetShapes: usesTargets ? signature.targets.map(\.shape) : [],
            isWeighted: usesTargets && (dataset.sampleWeights != nil || classWeights != nil), mode: mode,
            liveRandomness: liveRandomness, statistics: statistics, model: ModelSignature(of: model))
    }

    /// Throws unless the targets and the class weights are fit for the losses. Targets of mapped data are looked at batch by batch.
    func checkTargets(_ goals: [OutputGoal], predictionShapes: [[Int]]) throws {
        checks = zip(goals, predictionShapes).map { ($0.loss, $1) }
        if case (let loss?, let shape)? = checks.first(where: { $0.loss != nil }) {
            try classWeights?.check(call: call, loss: loss, predictionShape: shape)
        }
        guard !dataset.isMapped else { return }
        try check(dataset.targets, sample: dataset.identity)
    }

    private func check(_ targets: [Tensor], sample: (Int) -> Int) throws {
        for case (let target, (let loss?, let predictionShape)) in zip(targets, checks) {
            try TargetCheck.check(
                target, loss: loss, predictionShape: predictionShape, sample: sample)
        }
    }

    /// Starts an epoch.
    ///
    /// - Parameters:
    ///   - order: the positions of the samples in the order of their use; nil is the order of the data.
    ///   - batchSize: how many samples make a batch.
    ///   - seed: for random maps.
    ///   - epoch: for random maps, which draw anew for each number.
    ///   - engine: serves other threads while a batch is waited for.
    ///   - firstBatch: the first batch of the order that will be asked for.
    func begin(
        order: [Int]?, batchSize: Int, seed: UInt64, epoch: Int, engine: any Engine, firstBatch: Int = 0
    ) {
        if let order { self.order = order }
        mapped =
            dataset.isMapped
            ? MappedBatches(
                dataset, order: self.order, batchSize: batchSize, seed: seed, epoch: epoch, engine: engine,
                firstBatch: firstBatch)
            : nil
    }

    /// Writes the batch of `rows` samples from place `start` of the epoch's order into a step.
    func fill(_ step: CompiledStep, start: Int, rows: Int) throws {
        if let mapped {
            try fill(step, with: try mapped.batch(startingAt: start))
            return
        }
        let executable = step.executable
        order.withUnsafeBufferPointer { order in
            let positions = UnsafeBufferPointer(rebasing: order[start..<start + rows])
            for (index, slot) in step.inputSlots.enumerated() {
                executable.withInput(slot) { dataset.fill(.input(index), positions: positions, into: $0) }
            }
            for (index, slot) in step.targetSlots.enumerated() {
                executable.withInput(slot) {
                    dataset.fill(.target(index), positions: positions, into: $0, as: step.targetTypes[index])
                }
            }
            if let slot = step.weightsSlot {
                executable.withInput(slot) { bytes in
                    guard let combinedWeights else {
                        dataset.fill(.weights, positions: positions, into: bytes)
                        return
                    }
                    let weights = bytes.bindMemory(to: Float.self)
                    for (row, position) in positions.enumerated() { weights[row] = combinedWeights[position] }
                }
            }
        }
    }

    /// Which sample stands at a place of the epoch's order.
    func sample(at place: Int) -> Int { dataset.identity(order[place]) }

    /// Whether another feeder has the same samples.
    func hasSameSamples(as other: BatchFeeder) -> Bool { dataset.isSame(as: other.dataset) }

    /// The inputs of all samples, before any map.
    var inputs: [Tensor] { dataset.inputs }

    /// The targets of all samples, before any map.
    var targets: [Tensor] { dataset.targets }

    /// The same samples with other inputs, and with the targets that maps made of them.
    ///
    /// - Parameter targets: nil for data without maps.
    func replacing(inputs: [Tensor], targets: [Tensor]?) throws -> BatchFeeder {
        let columns = DatasetColumns(
            inputs: inputs, targets: targets ?? dataset.targets, weights: dataset.sampleWeights,
            identities: dataset.identities)
        let result = try BatchFeeder(
            Dataset(columns: columns), call: call, targetCount: usesTargets ? signature.targets.count : 0,
            classWeights: classWeights)
        result.checks = checks
        if let targets { try result.check(targets, sample: dataset.identity) }
        return result
    }

    private func fill(_ step: CompiledStep, with batch: Batch) throws {
        lastTargets = batch.targets
        for (slot, input) in zip(step.inputSlots, batch.inputs) { try step.executable.setInput(slot, input) }
        if !step.targetSlots.isEmpty {
            try check(batch.targets) { batch.identities[$0] }
            for (slot, target) in zip(step.targetSlots, batch.targets) {
                try step.executable.setInput(slot, target)
            }
        }
        if let slot = step.weightsSlot {
            let weights =
                batch.targets.first.flatMap {
                    classWeights?.combined(targets: $0, sampleWeights: batch.weights)
                } ?? batch.weights?.floats ?? Array(repeating: 1, count: batch.count)
            try step.executable.setInput(slot, Tensor(weights))
        }
    }
}
