import ThawTensor

/// Predictions and losses of one way of calling a model, as they come batch by batch, and what they are worth.
struct ScoreSheet {
    private var predictions: [Tensor] = []
    private var targets: [Tensor] = []
    private var lossSum = 0.0
    private var samples = 0

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
        let values = output.doubles
        let difference = Self.difference(values, Tensor.concatenate(reference.predictions).doubles)
        let loss = lossSum.isNaN && targets.isEmpty ? nil : lossSum / Double(samples)
        guard let classifies, !targets.isEmpty else {
            return ModeScores(condition, samples, loss: loss, difference: difference)
        }
        let wanted = Tensor.concatenate(targets)
        let width = max(1, values.count / max(1, samples))
        guard classifies else {
            let goals = wanted.doubles
            guard goals.count == values.count else {
                return ModeScores(condition, samples, loss: loss, difference: difference)
            }
            let error = zip(values, goals).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            let rank = SpearmanCorrelation().result(of: [
                wanted.reshaped(to: [samples, width]), output.reshaped(to: [samples, width]),
            ])
            return ModeScores(
                condition, samples, loss: loss, error: error / Double(values.count),
                variance: Self.variance(goals), spearman: rank, difference: difference)
        }
        guard let labels = Self.labels(wanted, samples: samples, width: width) else {
            return ModeScores(condition, samples, loss: loss, difference: difference)
        }
        let classes = max(2, width)
        let counts = (0..<classes).map { kind in labels.count { $0 == kind } }
        return ModeScores(
            condition, samples, loss: loss, accuracy: Self.accuracy(values, labels, width),
            chance: Double(counts.max() ?? 0) / Double(samples), area: Self.area(values, labels, width),
            difference: difference)
    }

    /// The class of each sample; nil where there is not one for each.
    private static func labels(_ targets: Tensor, samples: Int, width: Int) -> [Int]? {
        let values = targets.doubles
        if values.count == samples { return values.map { $0 > 0 && width == 1 ? 1 : Int($0) } }
        guard values.count == samples * width, width > 1 else { return nil }
        return (0..<samples).map { greatest(in: values, at: $0, width) }
    }

    private static func greatest(in values: [Double], at row: Int, _ width: Int) -> Int {
        (0..<width).max { values[row * width + $0] < values[row * width + $1] } ?? 0
    }

    private static func accuracy(_ values: [Double], _ labels: [Int], _ width: Int) -> Double {
        // Scores that leave 0...1 are logits.
        let threshold = values.allSatisfy { (0...1).contains($0) } ? 0.5 : 0
        let right = labels.indices.count { row in
            labels[row]
                == (width == 1 ? (values[row] > threshold ? 1 : 0) : greatest(in: values, at: row, width))
        }
        return Double(right) / Double(max(1, labels.count))
    }

    /// The mean area under the curves of each class against the others; nil where all samples are of one class.
    private static func area(_ values: [Double], _ labels: [Int], _ width: Int) -> Double? {
        let areas = (0..<width).compactMap { column -> Double? in
            let isMember = labels.map { $0 == (width == 1 ? 1 : column) }
            let members = Double(isMember.count { $0 })
            let others = Double(labels.count) - members
            guard members > 0, others > 0 else { return nil }
            // By the sum of ranks (Mann and Whitney, 1947).
            let ranks = SpearmanCorrelation.ranks(
                stride(from: column, to: values.count, by: width).map { Float(values[$0]) })
            let sum = zip(ranks, isMember).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
            return (sum - members * (members + 1) / 2) / (members * others)
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    private static func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(max(1, values.count))
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(max(1, values.count))
    }

    private static func difference(_ values: [Double], _ reference: [Double]) -> Double {
        guard values.count == reference.count, !values.isEmpty else { return 0 }
        let square = zip(values, reference).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let scale = max(variance(values), variance(reference))
        return scale > 0 ? (square / Double(values.count) / scale).squareRoot() : (square > 0 ? 1 : 0)
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
