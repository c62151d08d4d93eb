import ThawTensor

/// Which entry of a file each parameter of a model is to have.
struct WeightPlan {
    /// `.names` or `.order`.
    let matching: WeightMatching
    /// The place of the entry for each target; nil for none.
    var places: [Int?]
    /// How the entry is laid out; only of use for PyTorch's.
    var layouts: [TorchLayout]
    /// Whether the file has as many layers and arrays as the model, in the way that they are counted here.
    var hasSameCount = false

    init(_ matching: WeightMatching, targets: Int) {
        self.matching = matching
        places = [Int?](repeating: nil, count: targets)
        layouts = [TorchLayout](repeating: .same, count: targets)
    }

    /// What would become of it.
    struct Outcome {
        /// Places of targets with the places of their entries.
        var loaded: [(target: Int, entry: Int)] = []
        var missing: [WeightReport.Skipped] = []
        var mismatched: [WeightReport.Skipped] = []
        var unused: [String] = []

        var isComplete: Bool { missing.isEmpty && mismatched.isEmpty && unused.isEmpty }
        var skipped: [WeightReport.Skipped] { missing + mismatched }
    }

    func outcome(_ targets: [WeightTarget], _ stored: StoredWeights) -> Outcome {
        var outcome = Outcome()
        for (place, target) in targets.enumerated() {
            guard let entry = places[place] else {
                outcome.missing.append(
                    WeightReport.Skipped(parameter: target.path, entry: nil, reason: .missing))
                continue
            }
            let weight = stored.weights[entry]
            // Keras counts in integers what a Normalization has seen.
            let isCount = target.parameter.role == .statistic && target.parameter.shape.isEmpty
            let reason: WeightReport.Skipped.Reason
            if !layouts[place].fits(weight.shape, target.parameter.shape) {
                reason = .shape(expected: target.parameter.shape, got: weight.shape)
            } else if weight.dtype?.isFloatingPoint != true, !(isCount && weight.dtype != nil) {
                reason = .elementType(weight.typeName)
            } else {
                outcome.loaded.append((place, entry))
                continue
            }
            outcome.mismatched.append(
                WeightReport.Skipped(parameter: target.path, entry: weight.name, reason: reason))
        }
        let used = Set(places.compactMap(\.self))
        outcome.unused = stored.weights.indices.filter { !used.contains($0) }.map { stored.weights[$0].name }
        return outcome
    }
}
