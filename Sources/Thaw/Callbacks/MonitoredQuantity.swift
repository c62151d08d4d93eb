/// A metric that a callback watches, and which way it gets better.
struct MonitoredQuantity {
    /// Which way a metric gets better.
    enum Direction {
        case falling, rising
    }

    let name: String
    let direction: Direction
    /// How much better a value must be to count.
    let minimumDelta: Double

    /// - Parameter mode: nil chooses by the name: accuracies, AUC and their like rise, everything else falls.
    init(_ name: String, mode: MonitorMode?, minimumDelta: Double = 0) {
        self.name = name
        self.minimumDelta = abs(minimumDelta)
        direction =
            switch mode {
            case .minimum: .falling
            case .maximum: .rising
            case nil: Self.rises(name) ? .rising : .falling
            }
    }

    private static func rises(_ name: String) -> Bool {
        let plain = name.hasPrefix("val_") ? String(name.dropFirst(4)) : name
        let rising = [
            "accuracy", "acc", "auc", "precision", "recall", "f1", "fbeta", "r2", "correlation", "spearman",
            "iou", "cosine",
        ]
        return rising.contains { plain.contains($0) }
    }

    /// The value that every other is better than.
    var worst: Double { direction == .falling ? .infinity : -.infinity }

    /// Whether a value is better than another, by more than the least difference.
    func isBetter(_ value: Double, than best: Double) -> Bool {
        direction == .falling ? value + minimumDelta < best : value - minimumDelta > best
    }

    /// Refuses a name that cannot be measured, where that is known before training.
    ///
    /// - Throws: `TrainingError.invalidArgument` with the names that are known.
    func check(model: Model?, callback: String) throws {
        guard let known = model?.training.logNames?.epoch, !known.contains(name) else { return }
        throw unknown(callback: callback, known: known)
    }

    /// Its value at the end of an epoch; nil for an epoch without validation, where others have it.
    ///
    /// - Throws: `TrainingError.invalidArgument` with the names that are known.
    func value(in logs: Logs, model: Model?, callback: String) throws -> Double? {
        if let value = logs[name] { return value }
        if name.hasPrefix("val_"), let training = model?.trainingState, training.isValidating,
            !logs.ordered.contains(where: { $0.name.hasPrefix("val_") })
        {
            return nil
        }
        throw unknown(callback: callback, known: logs.ordered.map(\.name))
    }

    private func unknown(callback: String, known: [String]) -> TrainingError {
        .invalidArgument(
            "\(callback) watches \"\(name)\", which is not measured. There are \(known.joined(separator: ", "))."
                + (name.hasPrefix("val_") ? " Names with val_ need validation data." : ""))
    }
}

/// Which way a watched metric gets better.
public enum MonitorMode: String, Sendable, Hashable {
    /// Less is better.
    case minimum
    /// More is better.
    case maximum
}
