import ThawTensor

/// Checks targets on the host, before a kernel uses them as indices.
enum TargetCheck {
    /// Throws unless all targets are fit for the loss.
    ///
    /// - Parameters:
    ///   - targets: samples on axis 0.
    ///   - predictionShape: what the model gives for a batch; its last axis is the number of classes.
    ///   - sample: the number of the sample at a position, for the error.
    static func check(
        _ targets: Tensor, loss: Loss, predictionShape: [Int], sample: (Int) -> Int = { $0 }
    ) throws {
        guard targets.count > 0, let classes = predictionShape.last else { return }
        let perSample = max(1, targets.count / max(1, targets.shape.first ?? 1))
        switch loss.targetKind {
        case .classIndices:
            let isWhole = !targets.dtype.isFloatingPoint
            if isWhole, targets.min().item >= 0, targets.max().item < Double(classes) { return }
            let values = targets.doubles
            let bad = values.firstIndex { $0 < 0 || $0 >= Double(classes) || $0 != $0.rounded() }
            guard let bad else { return }
            throw TrainingError.labelOutOfRange(
                label: values[bad], sample: sample(bad / perSample), classes: classes)
        case .values:
            // NaN is left to the step, which finds it and says in which epoch and step.
            guard let range = loss.targetRange else { return }
            if targets.min().item >= range.lowerBound, targets.max().item <= range.upperBound { return }
            let values = targets.doubles
            let bad = values.firstIndex { $0 < range.lowerBound || $0 > range.upperBound }
            guard let bad else { return }
            throw TrainingError.targetOutOfRange(
                value: values[bad], sample: sample(bad / perSample), loss: loss.name, range: range)
        }
    }
}
