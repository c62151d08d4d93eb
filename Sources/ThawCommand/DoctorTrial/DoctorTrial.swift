import Thaw

/// A small trained network with a known fault, or none, and data to diagnose it on. The same number gives the same trial.
struct DoctorTrial: Codable, Equatable {
    /// A set of trials.
    enum Purpose: String, Codable, CaseIterable {
        /// What thresholds may be set on.
        case tuning
        /// Other networks and seeds, of which the first thresholds got 88 of 100 faults right. They were then set on these too.
        case firstScoring
        /// Others again, of which the thresholds then got 92 (94 with pairs). Rules were then changed on these too.
        case secondScoring
        /// Others again: 97 (98 with pairs), but 3 false alarms of 50. Thresholds were then set on these too.
        case thirdScoring
        /// What counts: networks and seeds that no rule has been set on.
        case scoring

        /// What the seeds were called when they were first used.
        fileprivate var seedName: String {
            switch self {
            case .tuning: "tuning"
            case .firstScoring: "scoring"
            case .secondScoring: "second scoring"
            case .thirdScoring: "third scoring"
            case .scoring: "fourth scoring"
            }
        }

        var architectures: [TrialArchitecture] {
            switch self {
            case .tuning: TrialArchitecture.tuning
            case .firstScoring: TrialArchitecture.firstScoring
            case .secondScoring: TrialArchitecture.secondScoring
            case .thirdScoring: TrialArchitecture.thirdScoring
            case .scoring: TrialArchitecture.scoring
            }
        }
    }

    let architecture: TrialArchitecture
    let fault: TrialFault
    let seed: UInt64

    /// What the doctor should say.
    var cause: DiagnosisCause { fault.cause }

    private var task: TrialTask { TrialTask(architecture.task, seed: seed) }

    /// Trial `number` of a kind; networks take turns.
    init(_ cause: DiagnosisCause, number: Int, purpose: Purpose) {
        let stream = RandomStream(seed: 2026).derived(purpose.seedName).derived(cause.rawValue)
        var own = stream.derived(UInt64(number))
        let architectures = purpose.architectures
        architecture = architectures[number % architectures.count]
        seed = own.nextUInt64()
        fault = .drawn(cause, for: TrialTask(architecture.task, seed: seed), &own)
    }

    /// Trials in equal shares of all faults, and healthy ones.
    static func all(_ purpose: Purpose, faults: Int, healthy: Int) -> [DoctorTrial] {
        let causes = DiagnosisCause.allCases.filter { $0 != .nothingWrong }
        let faulty = (0..<faults).map { index in
            DoctorTrial(causes[index % causes.count], number: index / causes.count, purpose: purpose)
        }
        return faulty + (0..<healthy).map { DoctorTrial(.nothingWrong, number: $0, purpose: purpose) }
    }

    /// Trains the network and makes the data. The model is compiled anew and remembers nothing of its training.
    func prepared() throws -> (model: Model, data: Dataset) {
        var stream = RandomStream(seed: seed).derived("plan")
        let source = TrialDomain.source
        switch fault {
        case .healthy(let dropout, let isFrozen):
            let model = try trained(momentum: 0.9, dropout: dropout, scaling: pickScaling(&stream).0)
            let scaling = model.scaling
            if isFrozen { try trainHead(model.model, on: source, scaling: scaling) }
            return (model.model, try data(source, scaling, part: stream.int(in: 0..<2) == 0 ? 1 : 9))
        case .frozenOnBatch(let kind, let updating, let isForgotten):
            let (model, scaling) = try trained()
            let domain = TrialDomain(kind, seed: seed)
            for case let layer as BatchNormalization in model.leaves {
                layer.statistics = updating ? .batchUpdating : .batch
            }
            try trainHead(model, on: domain, scaling: scaling)
            if isForgotten {
                for case let layer as BatchNormalization in model.leaves { layer.statistics = .automatic }
            }
            return (model, try data(domain, scaling, part: 2))
        case .otherDomain(let kind, let trainsHead):
            let (model, scaling) = try trained()
            let domain = TrialDomain(kind, seed: seed)
            if trainsHead { try trainHead(model, on: domain, scaling: scaling) }
            return (model, try data(domain, scaling, part: trainsHead ? 2 : 9))
        case .notConverged(let momentum, let steps):
            let (model, scaling) = try trained(momentum: momentum, steps: steps)
            return (model, try data(source, scaling, part: 1))
        case .smallBatch(let size):
            let (model, scaling) = try trained(momentum: 0.97, steps: 400, batchSize: size)
            return (model, try data(source, scaling, part: 1))
        case .preprocessing(let trainedOn, let given):
            let (model, _) = try trained(scaling: trainedOn)
            return (model, try data(source, given, part: 9))
        case .dropout(let rate):
            let (model, scaling) = try trained(dropout: rate)
            return (model, try data(source, scaling, part: 1))
        }
    }

    private func pickScaling(_ stream: inout RandomStream) -> (TrialFault.InputScaling, Int) {
        let choices: [TrialFault.InputScaling] =
            task.isOfImages ? [.natural, .signed, .standard] : [.natural]
        let choice = stream.int(in: 0..<choices.count)
        return (choices[choice], choice)
    }

    private func data(
        _ domain: TrialDomain, _ scaling: TrialFault.InputScaling, part: UInt64, count: Int = 320
    ) throws -> Dataset {
        let (x, y) = task.samples(count, part: part, domain: domain)
        return try Dataset(scaling.applied(x), y)
    }

    /// Trains on the source.
    private func trained(
        momentum: Double = 0.9, dropout: Double = 0, steps: Int = 200, batchSize: Int = 32,
        scaling: TrialFault.InputScaling? = nil
    ) throws -> (model: Model, scaling: TrialFault.InputScaling) {
        var stream = RandomStream(seed: seed).derived("scaling")
        let scaling = scaling ?? pickScaling(&stream).0
        let model = try architecture.model(seed: seed, momentum: momentum, dropout: dropout)
        try compile(model, rate: 3e-3)
        let samples = try data(.source, scaling, part: 1, count: 1024)
        try train(model, samples, steps: steps * 3 / 4, batchSize: batchSize)
        model.optimizer?.learningRate = 5e-4
        try train(model, samples, steps: steps - steps * 3 / 4, batchSize: batchSize)
        try compile(model, rate: 3e-3)
        return (model, scaling)
    }

    /// Freezes everything but the head, and trains that anew.
    private func trainHead(
        _ model: Model, on domain: TrialDomain, scaling: TrialFault.InputScaling
    ) throws {
        let head = try model.layer(named: "head")
        for leaf in model.leaves where leaf !== head { leaf.freeze() }
        try head.reinitialize(seed: seed &+ 1)
        try compile(model, rate: 1e-2)
        try train(model, data(domain, scaling, part: 2, count: 1024), steps: 150, batchSize: 32)
        try compile(model, rate: 3e-3)
    }

    /// Trains for a number of steps, in as many epochs as that takes.
    private func train(_ model: Model, _ data: Dataset, steps: Int, batchSize: Int) throws {
        var (left, round) = (steps, UInt64(0))
        while left > 0 {
            let count = min(left, data.count / batchSize)
            let part = data.shuffled(seed: seed &+ round).prefix(count * batchSize)
            try model.fit(part, batchSize: batchSize, verbosity: .silent, featureCache: .off)
            left -= count
            round += 1
        }
    }

    private func compile(_ model: Model, rate: Double) throws {
        switch architecture.task {
        case .numbers: try model.compile(optimizer: .adam(learningRate: rate), loss: .meanSquaredError)
        case .kindsOfImages(2):
            try model.compile(
                optimizer: .adam(learningRate: rate), loss: .binaryCrossentropy, metrics: [.accuracy])
        default:
            try model.compile(
                optimizer: .adam(learningRate: rate), loss: .sparseCategoricalCrossentropy,
                metrics: [.accuracy])
        }
    }
}
