public import ThawTensor

/// How often samples of each class were taken for each class.
///
/// ```swift
/// let matrix = try model.confusionMatrix(test, classNames: FashionMNIST.classNames)
/// print(matrix)
/// print(matrix.recall(ofClass: 6))
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
    /// The names of the classes, in the order of their indices.
    public let classNames: [String]
    /// `counts[truth][prediction]`: the number of samples, or with sample weights the sum of theirs.
    public let counts: [[Double]]

    /// The number of classes.
    public var classes: Int { counts.count }

    /// Counts classes that are given as indices.
    ///
    /// - Parameters:
    ///   - labels: the true classes, whole numbers from 0.
    ///   - predictedClasses: the predicted classes, as many.
    ///   - classes: the number of classes.
    ///   - sampleWeights: how much each sample counts; nil counts each as 1.
    ///   - classNames: one name per class; the indices by default.
    /// - Throws: `TrainingError` if the counts differ, or a class is not in `0..<classes`.
    public init(
        labels: [Int], predictedClasses: [Int], classes: Int, sampleWeights: [Double]? = nil,
        classNames: [String]? = nil
    ) throws {
        try SettingCheck.count(classes, atLeast: 1, "confusionMatrix: the number of classes")
        guard labels.count == predictedClasses.count, sampleWeights.map({ $0.count == labels.count }) ?? true
        else {
            throw TrainingError.invalidArgument(
                "confusionMatrix: there are \(labels.count) labels, \(predictedClasses.count) predictions and "
                    + "\(sampleWeights?.count ?? labels.count) sample weights; give as many of each.")
        }
        if let classNames, classNames.count != classes {
            throw TrainingError.invalidArgument(
                "confusionMatrix: there are \(classNames.count) class names for \(classes) classes; give one per class."
            )
        }
        var counts = [[Double]](repeating: Array(repeating: 0, count: classes), count: classes)
        for (sample, (label, prediction)) in zip(labels, predictedClasses).enumerated() {
            for index in [label, prediction] where !(0..<classes).contains(index) {
                throw TrainingError.labelOutOfRange(label: Double(index), sample: sample, classes: classes)
            }
            counts[label][prediction] += sampleWeights?[sample] ?? 1
        }
        self.counts = counts
        self.classNames = classNames ?? (0..<classes).map(String.init)
    }

    /// Counts what a model predicted.
    ///
    /// ## Shapes
    /// Predictions `[n, classes]`, of which the highest counts (of equals the first), with labels that are class
    /// indices `[n]`, `[n, 1]` or one-hot `[n, classes]`; or predictions `[n]` or `[n, 1]` of a yes, with labels of 0
    /// and 1.
    ///
    /// - Parameters:
    ///   - labels: the targets.
    ///   - predictions: what `predict` gave.
    ///   - threshold: above it a single prediction is class 1.
    ///   - sampleWeights: shape `[n]`; nil counts each sample as 1.
    ///   - classNames: one name per class; the indices by default.
    /// - Throws: `TrainingError` if shapes do not fit each other, a label is no class, or a prediction is NaN.
    public init(
        labels: Tensor, predictions: Tensor, threshold: Double = 0.5, sampleWeights: Tensor? = nil,
        classNames: [String]? = nil
    ) throws {
        let samples = predictions.shape.first ?? 0
        let width = predictions.shape.dropFirst().reduce(1, *)
        let isOneHot = width > 1 && labels.shape == predictions.shape
        guard predictions.rank == 1 || predictions.rank == 2, width > 0, isOneHot || labels.count == samples,
            labels.shape.first == samples
        else {
            throw TrainingError.invalidArgument(
                "confusionMatrix: labels \(labels.shape) do not go with predictions \(predictions.shape); expected "
                    + "predictions [n, classes] with one label per sample, or one-hot labels of the same shape."
            )
        }
        let scores = predictions.doubles
        if let bad = scores.firstIndex(where: \.isNaN) {
            throw TrainingError.invalidArgument(
                "confusionMatrix: the prediction of sample \(bad / width) is NaN, which is no class; look at the "
                    + "sample and the model's weights.")
        }
        let classes = max(width, 2)
        let values = labels.doubles
        if !isOneHot,
            let bad = values.firstIndex(where: { !(0..<Double(classes)).contains($0) || $0 != $0.rounded() })
        {
            throw TrainingError.labelOutOfRange(label: values[bad], sample: bad, classes: classes)
        }
        try self.init(
            labels: isOneHot ? Self.highest(values, width: width) : values.map { Int($0) },
            predictedClasses: width == 1
                ? scores.map { $0 > threshold ? 1 : 0 } : Self.highest(scores, width: width),
            classes: classes, sampleWeights: sampleWeights?.doubles, classNames: classNames)
    }

    private static func highest(_ values: [Double], width: Int) -> [Int] {
        stride(from: 0, to: values.count, by: width).map { start in
            (0..<width).reduce(0) { values[start + $1] > values[start + $0] ? $1 : $0 }
        }
    }

    /// The number of samples, or the sum of their weights.
    public var total: Double { counts.joined().reduce(0, +) }

    /// The share of samples on the diagonal; 0 without samples.
    public var accuracy: Double {
        Indicators.quotient(counts.indices.reduce(0) { $0 + counts[$1][$1] }, total)
    }

    /// The samples whose true class it is.
    public func support(ofClass index: Int) -> Double { counts[index].reduce(0, +) }

    /// The share of right ones among the samples taken for a class; 0 if there are none.
    public func precision(ofClass index: Int) -> Double {
        Indicators.quotient(counts[index][index], counts.reduce(0) { $0 + $1[index] })
    }

    /// The share of a class's samples that were found; 0 if there are none.
    public func recall(ofClass index: Int) -> Double {
        Indicators.quotient(counts[index][index], support(ofClass: index))
    }

    /// The harmonic mean of a class's precision and recall; 0 if both are 0.
    public func f1Score(ofClass index: Int) -> Double {
        let (precision, recall) = (precision(ofClass: index), recall(ofClass: index))
        return Indicators.quotient(2 * precision * recall, precision + recall)
    }

    /// The counts of each true class divided by their sum, so that the diagonal holds recalls.
    public var shares: [[Double]] {
        counts.map { row in
            let sum = row.reduce(0, +)
            return row.map { Indicators.quotient($0, sum) }
        }
    }

    /// The counts as a tensor `[classes, classes]`, float64, truth on axis 0.
    public var tensor: Tensor { Tensor(shape: [classes, classes], scalars: counts.flatMap { $0 }) }
}

extension ConfusionMatrix: CustomStringConvertible {
    /// A table: a row per true class, a column per predicted class, then the row's recall and the class's precision.
    public var description: String {
        let isWhole = counts.joined().allSatisfy { $0 == $0.rounded() }
        func text(_ value: Double) -> String { isWhole ? String(Int(value)) : Self.rounded(value, 2) }
        var rows = [["true \\ predicted"] + classNames + ["recall", "precision"]]
        for index in counts.indices {
            rows.append(
                [classNames[index]] + counts[index].map(text)
                    + [recall(ofClass: index), precision(ofClass: index)].map { Self.rounded($0, 4) })
        }
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let lines = rows.map { row in
            row.enumerated().map { column, cell in
                let space = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 ? cell + space : space + cell
            }.joined(separator: "  ")
        }
        return (lines + ["accuracy \(Self.rounded(accuracy, 4))"]).joined(separator: "\n")
    }

    private static func rounded(_ value: Double, _ digits: Int) -> String {
        let scale = (0..<digits).reduce(1.0) { power, _ in power * 10 }
        let parts = String((value * scale).rounded() / scale).split(separator: ".")
        let fraction = parts.count > 1 ? String(parts[1]) : ""
        return parts[0] + "." + fraction + String(repeating: "0", count: max(0, digits - fraction.count))
    }
}
