extension ShapeRules {
    /// Whether inputs that are broadcast together meet sample by sample: those that hold samples have them on the same axis, and the
    /// others are the same for each.
    static func keepsSamplesApart(broadcasting inputs: [TensorType], areSamples: [Bool]) -> Bool {
        let rank = inputs.map(\.rank).max() ?? 0
        let rows = zip(inputs, areSamples).filter(\.1).map { $0.0.rank == rank ? $0.0.shape.first : nil }
        guard let first = rows.first, let count = first, rows.allSatisfy({ $0 == count }) else {
            return false
        }
        return zip(inputs, areSamples).allSatisfy { input, isSamples in
            isSamples || input.rank < rank || input.shape[0] == 1
        }
    }
}
