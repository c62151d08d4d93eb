/// What `evaluate` measured: the mean loss and the metrics over all samples.
public struct EvaluationResult: Sendable, Equatable {
    /// The names in the order in which they are shown, `loss` among them.
    public let names: [String]
    /// The values by name.
    public let values: [String: Double]

    init(_ entries: [(name: String, value: Double)]) {
        names = entries.map(\.name)
        values = Dictionary(entries.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The loss.
    public var loss: Double { values["loss"] ?? .nan }

    /// The values without the loss.
    public var metrics: [String: Double] { values.filter { $0.key != "loss" } }

    /// The value of a name, for example `accuracy`; nil if there is none.
    public subscript(name: String) -> Double? { values[name] }
}

extension EvaluationResult: CustomStringConvertible {
    /// The names and values in one line.
    public var description: String {
        names.map { "\($0): \(StepProgress.format(values[$0] ?? .nan))" }.joined(separator: " - ")
    }
}
