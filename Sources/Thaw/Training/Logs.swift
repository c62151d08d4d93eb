/// The values of loss and metrics that callbacks get, in the order in which they are shown.
///
/// Within an epoch the values are read from the engine only when somebody asks, so a callback that does
/// not look costs nothing. A value is the mean from the start of the epoch up to now; read what you
/// need inside the hook, since the object is used again for the next batch. At the end of an epoch a
/// callback may set values of its own, such as `logs["learning_rate"]`; they enter the history and the
/// progress line.
public final class Logs {
    private var entries: [(name: String, value: Double)] = []
    private var source: (() -> [(name: String, value: Double)])?
    private var isCurrent = true

    /// The loss of the batch alone, penalties included and before its update, whether it is finite or not; nil outside of
    /// `onTrainBatchEnd`.
    public internal(set) var batchLoss: Double?
    /// Whether the batch's update was left out because the loss, a gradient or the data was not finite; only in
    /// `onTrainBatchEnd`, and with `onNonFinite: .continue` or `.stop`.
    public internal(set) var isStepSkipped = false

    /// Logs of given values.
    public init(_ entries: [(name: String, value: Double)] = []) {
        self.entries = entries
    }

    /// Logs whose values are read at the first use after each `invalidate()`.
    init(source: @escaping () -> [(name: String, value: Double)]) {
        self.source = source
        isCurrent = false
    }

    /// The names and values in order.
    public var ordered: [(name: String, value: Double)] {
        refresh()
        return entries
    }

    /// The values by name.
    public var values: [String: Double] {
        Dictionary(ordered.map { ($0.name, $0.value) }, uniquingKeysWith: { $1 })
    }

    /// The value of a name, for example `loss` or `val_accuracy`; nil if there is none.
    public subscript(name: String) -> Double? {
        get { ordered.first { $0.name == name }?.value }
        set {
            refresh()
            let index = entries.firstIndex { $0.name == name }
            switch (index, newValue) {
            case (let index?, let value?): entries[index].value = value
            case (nil, let value?): entries.append((name, value))
            case (let index?, nil): entries.remove(at: index)
            case (nil, nil): break
            }
        }
    }

    /// Makes the next use read the values anew.
    func invalidate() { isCurrent = source == nil }

    private func refresh() {
        guard !isCurrent, let source else { return }
        entries = source()
        isCurrent = true
    }
}

extension Logs: CustomStringConvertible {
    /// The names and values in one line.
    public var description: String {
        ordered.map { "\($0.name): \(StepProgress.format($0.value))" }.joined(separator: " - ")
    }
}
