import ThawTensor

/// Predictions and losses of one way of calling a model, as they come batch by batch, and what they are worth.
struct ScoreSheet {
    private var predictions: [Tensor] = []
    private var targets: [Tensor] = []
    private var lossSum = 0.0
    private(set) var samples = 0

    mutating func add(predictions batch: Tensor, targets target: Tensor?, loss: Double?, rows: Int) {
        predictions.append(batch)
        if let target { targets.append(target) }
        lossSum += (loss ?? .nan) * Double(rows)
        samples += rows
    }

    /// - Parameters:
    ///   - reference: the same samples in inference.
    ///   - classifies: whether predictions are of classes; nil without targets.
    func scores(
        _ condition: ModeScores.Condition, comparedWith reference: ScoreSheet, classifies: Bool?
    ) -> ModeScores {
        guard !predictions.isEmpty else { return .none(condition) }
        let output = Tensor.concatenate(predictions)
        let values = output.floats
        let difference = Self.difference(values, Tensor.concatenate(reference.predictions).floats)
        let loss = lossSum.isNaN && targets.isEmpty ? nil : lossSum / Double(samples)
        guard let classifies, !targets.isEmpty else {
            return ModeScores(condition, samples, loss: loss, difference: difference)
        }
        let wanted = Tensor.concatenate(targets)
        let width = max(1, values.count / max(1, samples))
        guard classifies else {
            let goals = wanted.floats
            guard goals.count == values.count else {
                return ModeScores(condition, samples, loss: loss, difference: difference)
            }
            let rank = SpearmanCorrelation().result(of: [
                wanted.reshaped(to: [samples, width]), output.reshaped(to: [samples, width]),
            ])
            return ModeScores(
                condition, samples, loss: loss, error: Self.meanSquare(values, goals),
                variance: Self.variance(goals), spearman: rank, difference: difference)
        }
        guard let labels = Self.labels(wanted, samples: samples, width: width) else {
            return ModeScores(condition, samples, loss: loss, difference: difference)
        }
        let counts = labels.reduce(into: [:]) { $0[$1, default: 0] += 1 }
        return ModeScores(
            condition, samples, loss: loss, accuracy: Self.accuracy(values, labels, width),
            chance: Double(counts.values.max() ?? 0) / Double(samples),
            area: RankArea.mean(values, labels, width: width), difference: difference)
    }

    /// The class of each sample; nil where there is not one for each.
    private static func labels(_ targets: Tensor, samples: Int, width: Int) -> [Int]? {
        let values = targets.floats
        if values.count == samples {
            return values.map { width == 1 ? ($0 > 0 ? 1 : 0) : Int(exactly: $0.rounded(.towardZero)) ?? -1 }
        }
        guard values.count == samples * width, width > 1 else { return nil }
        return (0..<samples).map { greatest(in: values, at: $0, width) }
    }

    private static func greatest(in values: [Float], at row: Int, _ width: Int) -> Int {
        var best = 0
        for column in 1..<width where values[row * width + column] > values[row * width + best] {
            best = column
        }
        return best
    }

    private static func accuracy(_ values: [Float], _ labels: [Int], _ width: Int) -> Double {
        let right: Int
        if width > 1 {
            right = labels.indices.count { greatest(in: values, at: $0, width) == labels[$0] }
        } else {
            // Scores that leave 0...1 are logits.
            let threshold: Float = values.allSatisfy { (0...1).contains($0) } ? 0.5 : 0
            right = labels.indices.count { (values[$0] > threshold ? 1 : 0) == labels[$0] }
        }
        return Double(right) / Double(max(1, labels.count))
    }

    private static func variance(_ values: [Float]) -> Double {
        let count = Double(max(1, values.count))
        let mean = values.reduce(0.0) { $0 + Double($1) } / count
        return values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
    }

    private static func meanSquare(_ values: [Float], _ others: [Float]) -> Double {
        let sum = zip(values, others).reduce(0.0) { sum, pair in
            let difference = Double(pair.0) - Double(pair.1)
            return sum + difference * difference
        }
        return sum / Double(max(1, values.count))
    }

    private static func difference(_ values: [Float], _ reference: [Float]) -> Double {
        guard values.count == reference.count, !values.isEmpty else { return 0 }
        let square = meanSquare(values, reference)
        let scale = max(variance(values), variance(reference))
        guard square.isFinite, scale.isFinite else { return .infinity }
        return scale > 0 ? (square / scale).squareRoot() : (square > 0 ? 1 : 0)
    }
}

extension ModeScores {
    /// Scores, of which most models have some.
    init(
        _ condition: Condition, _ samples: Int, loss: Double? = nil, accuracy: Double? = nil,
        chance: Double? = nil, area: Double? = nil, error: Double? = nil, variance: Double? = nil,
        spearman: Double? = nil, difference: Double
    ) {
        self.condition = condition
        self.samples = samples
        self.loss = loss
        self.accuracy = accuracy
        self.chance = chance
        areaUnderCurve = area
        meanSquaredError = error
        targetVariance = variance
        spearmanCorrelation = spearman
        self.difference = difference
    }

    /// Of no sample.
    static func none(_ condition: Condition) -> ModeScores { ModeScores(condition, 0, difference: 0) }
}
