/// What a call of `fit` recorded: loss and metrics of each epoch.
public struct History: Sendable, Equatable {
    /// Why training ended.
    public enum End: Sendable, Hashable {
        /// All epochs were run.
        case completed
        /// A callback set `model.stopTraining`.
        case stopped
        /// A loss or gradient was not finite, and the policy was to stop.
        case nonFinite
        /// The task was cancelled.
        case cancelled
        /// An error was thrown.
        case failed
    }

    /// The epochs that were finished, counted from 0.
    public internal(set) var epochs: [Int] = []
    /// The values by name, one per finished epoch: `loss`, the metrics, and with the prefix `val_`
    /// those of validation.
    public internal(set) var values: [String: [Double]] = [:]
    /// The names in the order in which they are shown.
    public internal(set) var names: [String] = []
    /// The number of samples per step.
    public let batchSize: Int
    /// The number of steps per epoch.
    public let stepsPerEpoch: Int
    /// The number of epochs that were asked for.
    public let plannedEpochs: Int
    /// The steps whose update was left out because a loss or gradient was not finite.
    public internal(set) var skippedSteps = 0
    /// What `fit` said of the frozen prefix whose features it kept for the last epoch, such as
    /// `frozen prefix: 143 of 177 layers, features 200 x 7 x 7 x 1024, 38.28 MB, computed once`; nil if it kept none.
    public internal(set) var frozenPrefix: String?
    /// The digests of what was frozen, before and after, and what moved; nil if nothing was frozen from the beginning to the end, or
    /// training did not come to its end.
    public internal(set) var frozen: FrozenRecord?
    /// Why training ended.
    public internal(set) var end: End = .completed

    init(batchSize: Int, stepsPerEpoch: Int, plannedEpochs: Int) {
        self.batchSize = batchSize
        self.stepsPerEpoch = stepsPerEpoch
        self.plannedEpochs = plannedEpochs
    }

    /// The values of a name, one per epoch; empty if there is none.
    public subscript(name: String) -> [Double] { values[name] ?? [] }

    /// The training loss of each epoch.
    public var loss: [Double] { self["loss"] }

    /// The validation loss of each epoch.
    public var validationLoss: [Double] { self["val_loss"] }

    mutating func append(epoch: Int, _ entries: [(name: String, value: Double)]) {
        for entry in entries {
            if values[entry.name] == nil {
                names.append(entry.name)
                // A value that appears late has nothing to show for the epochs before.
                values[entry.name] = Array(repeating: .nan, count: epochs.count)
            }
            values[entry.name]?.append(entry.value)
        }
        epochs.append(epoch)
        for name in names where values[name, default: []].count < epochs.count { values[name]?.append(.nan) }
    }
}

extension History: CustomStringConvertible {
    /// One line per epoch.
    public var description: String {
        epochs.enumerated().map { index, epoch in
            "epoch \(epoch + 1): "
                + names.map { "\($0): \(StepProgress.format(self[$0][index]))" }.joined(separator: " - ")
        }.joined(separator: "\n")
    }
}
