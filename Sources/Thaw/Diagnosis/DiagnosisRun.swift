import ThawEngine
import ThawTensor

/// Runs a model over data in several ways at once, and keeps what the doctor looks at.
final class DiagnosisRun {
    /// What it may cost, as a multiple of inference, where there are batches enough to choose from.
    static let greatestWork = 2.05
    /// On about how many samples the model is called in every way, of more data.
    static let samplesInEveryWay = 256

    private let model: Model
    private let compilation: Compilation?
    private let feeder: BatchFeeder
    private let batchSize: Int
    private var key: StepKey
    private var sheets: [ModeScores.Condition: ScoreSheet] = [:]
    /// Inference on the samples that a way of calling was tried on.
    private var references: [ModeScores.Condition: ScoreSheet] = [:]
    private(set) var measures: [NormalizationMeasure] = []
    /// What was computed, as a multiple of inference on all data.
    private(set) var work = 0.0
    private var steps: [String: DiagnosisStep] = [:]
    private lazy var targets = compilation == nil ? nil : feeder.targets.first

    init(model: Model, compilation: Compilation?, feeder: BatchFeeder, batchSize: Int) {
        self.model = model
        self.compilation = compilation
        self.feeder = feeder
        self.batchSize = batchSize
        key = feeder.key(kind: .evaluate, model: model, mode: .inference)
    }

    /// The data in the order in which it is run: files by class would make batches of one class, as training does not.
    static func inItsOrder(_ data: Dataset) -> Dataset { data.shuffled(seed: 0) }

    func run(isCancelled: () -> Bool) throws {
        let batches = feeder.steps(ofSize: batchSize)
        let rows = min(batchSize, feeder.count)
        let all = try step(rows: rows, inEveryWay: true)
        // Batches that are called in every way are spread over the data.
        var stride = max(1, (feeder.count - 1) / Self.samplesInEveryWay + 1)
        if all.work > Self.greatestWork {
            let two = try step(rows: rows, inEveryWay: false)
            let share = max(0.02, Self.greatestWork - two.work) / (all.work - two.work)
            stride = max(stride, Int((1 / share).rounded(.up)))
        }
        measures = try all.calls.compactMap { try NormalizationMeasure($0, optimizer: model.optimizer) }
        if let compilation {
            try feeder.checkTargets(compilation.goals, predictionShapes: all.predictionShapes)
        }
        feeder.begin(order: nil, batchSize: batchSize, seed: model.seed, epoch: 0, engine: model.engine)
        for batch in 0..<batches {
            if isCancelled() { throw CancellationError() }
            model.engine.serveOthers()
            let start = batch * batchSize
            let rows = min(batchSize, feeder.count - start)
            let step = try step(rows: rows, inEveryWay: batch.isMultiple(of: stride))
            try feeder.fill(step.step, start: start, rows: rows)
            step.step.setRandomKey(seed: model.seed, step: 0, position: start)
            try step.step.executable.run()
            work += step.work * Double(rows) / Double(feeder.count)
            collect(step, start: start, rows: rows)
        }
        try checkFinite()
    }

    private func checkFinite() throws {
        for measure in measures where !(measure.batch.mean + measure.batch.variance).allSatisfy(\.isFinite) {
            throw TrainingError.invalidArgument(
                "diagnose: what \(measure.path) gets is not finite, so there is nothing to compare. Look for NaN and infinity in the data, "
                    + "and in the weights before it.")
        }
    }

    /// The step for a number of rows.
    private func step(rows: Int, inEveryWay: Bool) throws -> DiagnosisStep {
        let name = "\(rows) \(inEveryWay)"
        if let known = steps[name] { return known }
        key.batchSize = rows
        let step = try DiagnosisStep(
            model: model, key: key, compilation: compilation, inEveryWay: inEveryWay)
        steps[name] = step
        return step
    }

    private func collect(_ step: DiagnosisStep, start: Int, rows: Int) {
        let executable = step.step.executable
        let target = compilation == nil ? nil : feeder.lastTargets?.first ?? targets?[start..<start + rows]
        func prediction(_ condition: ModeScores.Condition) -> (Tensor, Double?)? {
            step.places.predictions[condition].map { place in
                (
                    executable.output(place),
                    step.places.losses[condition].map { Double(executable.scalar($0)) }
                )
            }
        }
        guard let inference = prediction(.inference) else { return }
        for condition in ModeScores.Condition.allCases {
            guard let (output, loss) = prediction(condition) else { continue }
            sheets[condition, default: ScoreSheet()].add(
                predictions: output, targets: target, loss: loss, rows: rows)
            references[condition, default: ScoreSheet()].add(
                predictions: inference.0, targets: target, loss: inference.1, rows: rows)
        }
        func add(_ places: (mean: Int, variance: Int), to moments: inout ChannelMoments, count: Int) {
            moments.add(
                mean: executable.output(places.mean).doubles,
                variance: executable.output(places.variance).doubles, count: Double(count))
        }
        for (index, call) in step.calls.enumerated() where index < measures.count {
            let count = call.input.shape.dropLast().reduce(1, *)
            if step.places.inference.indices.contains(index) {
                add(step.places.inference[index], to: &measures[index].inference, count: count)
            }
            add(step.places.batch[index], to: &measures[index].batch, count: count)
            guard call.level == 0 else { continue }
            let means = step.places.betweenSamples[index] ?? step.places.batch[index]
            add(means, to: &measures[index].sampleMeans, count: rows)
        }
    }

    /// The scores of all ways, and for each those of inference on the same samples.
    func scores(classifies: Bool?) -> [(own: ModeScores, inference: ModeScores)] {
        // Ways that were tried on as many samples were tried on the same ones.
        var inference: [Int: ModeScores] = [:]
        return ModeScores.Condition.allCases.compactMap { condition in
            guard let sheet = sheets[condition], let reference = references[condition] else { return nil }
            let ofReference =
                inference[reference.samples]
                ?? reference.scores(.inference, comparedWith: reference, classifies: classifies)
            inference[reference.samples] = ofReference
            return (
                condition == .inference
                    ? ofReference : sheet.scores(condition, comparedWith: reference, classifies: classifies),
                ofReference
            )
        }
    }
}
