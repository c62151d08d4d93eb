import ThawEngine
import ThawGraph
public import ThawTensor

/// An exponential moving average of each parameter, which is often better than the last value of training that jumps
/// about (Polyak and Juditsky, 1992, "Acceleration of Stochastic Approximation by Averaging").
///
/// After each update `average = momentum * average + (1 - momentum) * w`, starting from the first updated value. The average
/// is a slot of the optimizer, kept for each parameter by itself; a frozen parameter's stays as it is.
public struct WeightAveraging: Sendable, Hashable {
    /// The share of the old average that is kept at an update, in `0...1`.
    public var momentum: Double
    /// Every so many updates of a parameter its average takes its place; nil for only at the end of `fit`.
    public var overwriteEvery: Int?

    static let averageSlot = "weight_average"
    static let countSlot = "weight_average_count"

    /// Describes an average.
    ///
    /// - Parameters:
    ///   - momentum: the share of the old average that is kept at an update, in `0...1`.
    ///   - overwriteEvery: every so many updates of a parameter its average takes its place, 1 or more.
    public init(momentum: Double = 0.99, overwriteEvery: Int? = nil) {
        self.momentum = momentum
        self.overwriteEvery = overwriteEvery
    }

    func check(optimizer: String) throws {
        guard (0...1).contains(momentum) else {
            throw TrainingError.invalidArgument(
                "\(optimizer)'s average of weights has the momentum \(momentum); it must lie in 0...1.")
        }
        if let overwriteEvery, overwriteEvery < 1 {
            throw TrainingError.invalidArgument(
                "\(optimizer)'s average of weights is to take their place every \(overwriteEvery) updates; it must be 1 or "
                    + "more, or nil for the end of fit only.")
        }
    }

    /// The average and the count of updates in it.
    static func makeSlots(
        for parameter: Parameter, path: String, engine: any Engine
    ) throws -> [String: any Variable] {
        [
            averageSlot: try engine.makeVariable(
                name: "\(path)/\(averageSlot)", initialValue: .zeros(parameter.shape)),
            countSlot: try engine.makeVariable(name: "\(path)/\(countSlot)", initialValue: .zeros([])),
        ]
    }

    /// Moves the average towards an updated value, and gives what the parameter becomes: that value, or the average.
    func averaged(_ value: SymbolicTensor, slots: OptimizerSlots) throws -> SymbolicTensor {
        let count = try slots.read(Self.countSlot) + 1
        try slots.assign(Self.countSlot, count)
        let old = try slots.read(Self.averageSlot)
        // The first value itself, then a share of each.
        let share = try count.greater(than: 1).select(value.graph.constant(1 - momentum), 1)
        let average = try old + (value - old) * share
        try slots.assign(Self.averageSlot, average)
        guard let overwriteEvery else { return value }
        let periods = try count / Double(overwriteEvery)
        return try periods.equal(to: periods.floor()).select(average, value)
    }
}

extension Optimizer {
    /// Keeps an exponential moving average of each parameter and returns the optimizer: `.adam().averaging()`. At the end of
    /// `fit` the averages take the parameters' place.
    ///
    /// Until then training, validation and callbacks see the parameters themselves. Neither a `fit` that throws nor
    /// `trainOnBatch` puts the averages in place. They go on in the next `fit`. As Keras's `use_ema`, but constraints come
    /// before the average, so that it is one of values that are allowed.
    ///
    /// - Parameters:
    ///   - momentum: the share of the old average that is kept at an update, in `0...1`.
    ///   - overwriteEvery: every so many updates of a parameter its average takes its place, and training goes on from
    ///     there; nil for only at the end of `fit`.
    @discardableResult public func averaging(momentum: Double = 0.99, overwriteEvery: Int? = nil) -> Self {
        weightAveraging = WeightAveraging(momentum: momentum, overwriteEvery: overwriteEvery)
        return self
    }

    /// The moving average of a parameter; nil if none is kept or it has never been updated.
    public func average(of parameter: Parameter) -> Tensor? {
        guard let values = slotValues(of: parameter), let count = values[WeightAveraging.countSlot],
            count.item > 0
        else { return nil }
        return values[WeightAveraging.averageSlot]
    }

    /// Puts averages in the place of parameters that have one.
    func replaceByAverages(_ parameters: [Parameter]) throws {
        guard weightAveraging != nil else { return }
        for parameter in parameters {
            if let average = average(of: parameter) { try parameter.assign(average) }
        }
    }
}
