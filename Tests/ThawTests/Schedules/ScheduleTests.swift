import Testing
import Thaw

@Suite struct ScheduleTests {
    struct Case: Decodable, CustomTestStringConvertible {
        let schedule: String
        let arguments: [String: Argument]
        let rates: [Double]

        var testDescription: String { "\(schedule) \(arguments)" }

        private func number(_ name: String, _ standard: Double = .nan) -> Double {
            if case .one(let value) = arguments[name] { value } else { standard }
        }

        private func count(_ name: String) -> Int { Int(number(name, 0)) }

        private func flag(_ name: String) -> Bool {
            if case .flag(true) = arguments[name] { true } else { false }
        }

        private func numbers(_ name: String) -> [Double] {
            if case .several(let values) = arguments[name] { values } else { [] }
        }

        var subject: (any LearningRateSchedule)? {
            let (initial, steps) = (number("initial_learning_rate"), count("decay_steps"))
            return switch schedule {
            case "ExponentialDecay":
                ExponentialDecay(
                    from: initial, steps: steps, rate: number("decay_rate"), staircase: flag("staircase"))
            case "InverseTimeDecay":
                InverseTimeDecay(
                    from: initial, steps: steps, rate: number("decay_rate"), staircase: flag("staircase"))
            case "PiecewiseConstantDecay":
                PiecewiseConstantDecay(
                    boundaries: numbers("boundaries").map { Int($0) }, values: numbers("values"))
            case "PolynomialDecay":
                PolynomialDecay(
                    from: initial, steps: steps, to: number("end_learning_rate", 1e-4),
                    power: number("power", 1), cycles: flag("cycle"))
            case "CosineDecay":
                CosineDecay(
                    from: initial, steps: steps, alpha: number("alpha", 0),
                    warmupTarget: arguments["warmup_target"] == nil ? nil : number("warmup_target"),
                    warmupSteps: count("warmup_steps"))
            case "OneCycle": OneCycle(maximum: number("maximum"), steps: count("steps"))
            default: nil
            }
        }
    }

    enum Argument: Decodable {
        case flag(Bool)
        case one(Double)
        case several([Double])
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .one(number)
            } else if let text = try? container.decode(String.self) {
                self = .text(text)
            } else {
                self = .several(try container.decode([Double].self))
            }
        }
    }

    struct File: Decodable {
        let steps: [Int]
        let cases: [Case]
    }

    private static func file() throws -> File { try TrainingFixtures.load("schedules", as: File.self) }

    @Test(arguments: try file().cases) func agreesWithKeras(_ reference: Case) throws {
        let schedule = try #require(reference.subject)
        try schedule.check()
        let rates = try Self.file().steps.map { schedule.rate(atStep: $0) }
        expectAgreement(rates, reference.rates, tolerance: 1e-6, reference.schedule)
    }

    @Test(arguments: [
        (ExponentialDecay(from: -1, steps: 10, rate: 0.5) as any LearningRateSchedule, "-1"),
        (ExponentialDecay(from: 1, steps: 0, rate: 0.5), "0"),
        (InverseTimeDecay(from: 1, steps: 1, rate: .nan), "nan"),
        (PiecewiseConstantDecay(boundaries: [5, 3], values: [1, 2, 3]), "[5, 3]"),
        (PiecewiseConstantDecay(boundaries: [5], values: [1]), "one value more"),
        (PolynomialDecay(from: 1, steps: -4), "-4"),
        (CosineDecay(from: 0, steps: 5, warmupTarget: 1), "warm-up"),
        (OneCycle(maximum: 1, steps: 10, lastSteps: 11), "11"),
        (-0.1, "-0.1"), (PiecewiseConstantDecay(boundaries: [-5, 3], values: [1, 2, 3]), "-5"),
    ])
    func settingsOutOfRangeAreNamed(_ schedule: any LearningRateSchedule, _ part: String) throws {
        let model = Sequential { Dense(1, inputShape: [1]) }
        let error = #expect(throws: TrainingError.self) {
            try model.compile(optimizer: SGD(learningRate: schedule), loss: .meanSquaredError)
        }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }

    /// The rate of a step is the schedule's at the number of steps before it; a number ends the schedule.
    @Test func fitFollowsTheSchedule() throws {
        let model = Sequential(seed: 1) {
            Dense(1, usesBias: false, kernelInitializer: .zeros, inputShape: [1])
        }
        let optimizer = Optimizer.sgd(
            learningRate: .piecewiseConstantDecay(boundaries: [0, 1], values: [0.1, 0.01, 0]))
        try model.compile(optimizer: optimizer, loss: .custom("sum") { _, prediction in try -prediction })
        // The gradient is -1 at every step.
        let x = Tensor.ones([4, 1])
        try model.fit(x, x, batchSize: 1, epochs: 1, verbosity: .silent)
        #expect(abs(model.weights[0].floats[0] - 0.11) < 1e-6)
        #expect(optimizer.learningRate == 0)
        optimizer.learningRate = 1
        try model.fit(x, x, batchSize: 4, epochs: 1, verbosity: .silent)
        #expect(abs(model.weights[0].floats[0] - 1.11) < 1e-6)
    }
}
