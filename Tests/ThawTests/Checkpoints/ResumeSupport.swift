import Foundation
import Testing

@testable import Thaw

/// What stops a test's training: thrown by `Interrupter`.
struct Interruption: Error {}

/// Throws at one of the hooks of `fit`, all of which it counts.
final class Interrupter: Callback {
    private let limit: Int?
    private(set) var hooks: [String] = []

    /// - Parameter limit: which hook throws, from 0; nil for none.
    init(at limit: Int?) {
        self.limit = limit
        super.init()
    }

    private func count(_ hook: String) throws {
        hooks.append(hook)
        if hooks.count - 1 == limit { throw Interruption() }
    }

    override func onTrainBegin() throws { try count("train begin") }
    override func onTrainEnd(logs: Logs) throws { try count("train end") }
    override func onEpochBegin(epoch: Int) throws { try count("epoch begin \(epoch)") }
    override func onEpochEnd(epoch: Int, logs: Logs) throws { try count("epoch end \(epoch)") }
    override func onTrainBatchBegin(batch: Int) throws { try count("batch begin \(batch)") }
    override func onTrainBatchEnd(batch: Int, logs: Logs) throws { try count("batch end \(batch)") }
    override func onTestBegin() throws { try count("test begin") }
    override func onTestEnd(logs: Logs) throws { try count("test end") }
    override func onTestBatchBegin(batch: Int) throws { try count("test batch begin \(batch)") }
    override func onTestBatchEnd(batch: Int, logs: Logs) throws { try count("test batch end \(batch)") }
}

/// A metric that needs all samples of an epoch at once.
final class MedianScore: CollectingMetric {
    override func result(of rows: [Tensor]) -> Double {
        let scores = rows[1].doubles.sorted()
        return scores[scores.count / 2] + rows[0].doubles[0]
    }
}

/// Freezes and thaws layers by what it has counted itself.
final class Thawing: Callback {
    private(set) var batches = 0

    override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
        batches += 1
        let model = try #require(model)
        let hidden = try model.layer(named: "hidden")
        let normalization = try #require(try model.layer(named: "normalization") as? BatchNormalization)
        switch batches {
        case 6: hidden.freeze()
        case 9: normalization.freeze()
        case 11: normalization.statistics = .batchUpdating
        case 14: hidden.unfreeze()
        case 16: normalization.unfreeze()
        default: break
        }
    }

    override var checkpointState: CallbackState? {
        var state = CallbackState()
        state[integer: "batches"] = batches
        return state
    }

    override func restore(checkpointState: CallbackState) throws {
        batches = try #require(checkpointState[integer: "batches"])
    }
}

/// One training, told in code as a program tells it, so that it can be begun in many "processes".
struct Training: Sendable {
    var optimizer: @Sendable () -> Optimizer
    var seed: UInt64? = 5
    var isMapped = true
    var epochs = 6
    /// Whether a callback sets the learning rate, which does not go with a schedule.
    var hasPlateau = false
    var metrics: @Sendable () -> [Metric] = { [.accuracy] }

    /// All that came of it.
    struct Outcome: Equatable {
        var weights: [String: Data] = [:]
        var slots: [String: [String: Data]] = [:]
        var numbers: [String: UInt64] = [:]
        var history: [String: [UInt64]] = [:]
        var epochs: [Int] = []
        var flags: [String] = []
        var end: History.End?
        var log = ""
    }

    /// What a process has: a model, callbacks that remember, and their files.
    final class Process {
        let model: Sequential
        // A falling loss never becomes better so: it decides, and puts the weights of the first epoch back.
        let stopping = EarlyStopping(
            monitor: "loss", patience: 3, mode: .maximum, restoreBestWeights: true)
        let plateau = ReduceLROnPlateau(monitor: "val_loss", patience: 1, minimumDelta: 0.05, cooldown: 1)
        let thawing = Thawing()
        let logger: CSVLogger
        let best: ModelCheckpoint
        let folder: TestFolder

        init(_ training: Training, in folder: TestFolder) throws {
            self.folder = folder
            logger = CSVLogger(folder.path("log.csv"))
            best = ModelCheckpoint(
                folder.path("best.safetensors"), saveBestOnly: true, saveFrequency: .epoch)
            model = try Runtime.$engine.withValue(TestEngine.current) {
                let model = Sequential(seed: training.seed) {
                    Dense(8, inputShape: [4], name: "hidden")
                    BatchNormalization(momentum: 0.9, name: "normalization")
                    GaussianNoise(standardDeviation: 0.1)
                    Activation(.selu)
                    AlphaDropout(0.1)
                    Dense(6, activation: .relu, name: "middle")
                    Dropout(0.2)
                    Dense(3, activation: .softmax, name: "output")
                }
                try model.compile(
                    optimizer: training.optimizer(), loss: .sparseCategoricalCrossentropy,
                    metrics: training.metrics())
                return model
            }
        }

        func callbacks(_ training: Training) -> [Callback] {
            [thawing, stopping, logger, best] + (training.hasPlateau ? [plateau] : [])
        }
    }

    /// Trains, with callbacks before and after its own.
    @discardableResult
    func run(_ process: Process, before: [Callback] = [], after: [Callback] = []) throws -> History {
        var data = try Toy.dataset(50)
        if isMapped {
            data = data.map { x, y in (x * 2, y) }.map(random: { x, y, stream in
                (x + stream.normalTensor(x.shape, mean: 0, standardDeviation: 0.1), y)
            })
        }
        return try process.model.fit(
            data, batchSize: 12, epochs: epochs, validation: Toy.dataset(30, seed: 2), verbosity: .silent,
            callbacks: before + process.callbacks(self) + after)
    }

    /// What has come of a training that ended.
    func outcome(_ process: Process) throws -> Outcome {
        func data(_ tensor: Tensor) -> Data { tensor.withUnsafeBytes { Data($0) } }
        let model = process.model
        let optimizer = try #require(model.optimizer)
        var outcome = Outcome()
        for (path, parameter) in model.parameterPaths {
            outcome.weights[path] = data(parameter.value)
            outcome.slots[path] = (optimizer.slotValues(of: parameter) ?? [:]).mapValues(data)
        }
        let history = try #require(model.history)
        outcome.history = history.values.mapValues { $0.map(\.bitPattern) }
        (outcome.epochs, outcome.end) = (history.epochs, history.end)
        outcome.numbers = [
            "iterations": UInt64(optimizer.iterations), "batch": UInt64(optimizer.batchNumber),
            "gathered": UInt64(optimizer.gatheredBatches), "rate": optimizer.learningRate.bitPattern,
            "best": (process.stopping.best ?? .nan).bitPattern,
            "best epoch": UInt64(process.stopping.bestEpoch ?? 999),
            "stopped": UInt64(process.stopping.stoppedEpoch ?? 999),
            "saved": (process.best.best ?? .nan).bitPattern, "counted": UInt64(process.thawing.batches),
        ]
        outcome.flags = model.layers.map {
            "\($0.isTrainable) \(($0 as? BatchNormalization).map { "\($0.statistics)" } ?? "")"
        }
        outcome.log = try String(contentsOfFile: process.folder.path("log.csv"), encoding: .utf8)
        let best = try Data(contentsOf: process.folder.file("best.safetensors"))
        outcome.weights["best"] = best
        return outcome
    }

    /// Trains without interruption; also the hooks that were called.
    func uninterrupted() throws -> (outcome: Outcome, hooks: [String]) {
        let process = try Process(self, in: TestFolder())
        let counter = Interrupter(at: nil)
        try run(process, after: [counter])
        return (try outcome(process), counter.hooks)
    }

    /// Trains in as many processes as it takes, each of which is stopped at one of its hooks, and the last of which is not.
    ///
    /// - Parameters:
    ///   - limits: at which hook each process is stopped; the one after the last is not stopped.
    ///   - isFirst: whether what stops them comes before the other callbacks or after them.
    func interrupted(
        at limits: [Int], isFirst: Bool = false, saveFrequency: ModelCheckpoint.Frequency = .batches(1)
    ) throws -> Outcome {
        let folder = try TestFolder()
        for limit in limits + [Int.max] {
            let process = try Process(self, in: folder)
            let backup = BackupAndRestore(at: folder.file("backup"), saveFrequency: saveFrequency)
            let interrupter = Interrupter(at: limit)
            do {
                // The backup's place among the callbacks must not matter.
                try run(
                    process, before: isFirst ? [interrupter] : [backup],
                    after: isFirst ? [backup] : [interrupter])
                // It may have come to its end before.
                #expect(!FileManager.default.fileExists(atPath: backup.file.path))
                return try outcome(process)
            } catch is Interruption {}
        }
        throw Interruption()
    }
}
