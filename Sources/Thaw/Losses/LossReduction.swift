import ThawGraph

extension Loss {
    /// How the losses of a batch's samples become the one number that is minimised.
    public enum Reduction: Sendable, Hashable {
        /// `sum(weight * loss) / n` for n samples: the default.
        case sumOverBatchSize
        /// `sum(weight * loss)`, over all positions of all samples. The step grows with the batch.
        case sum
        /// `sum(weight * loss) / sum(weight)`, 0 where the weights add up to 0: samples of weight 0 do not count at
        /// all.
        case meanWithSampleWeight

        /// - Parameters:
        ///   - values: the mean loss of each sample, `[n]`.
        ///   - positions: how many values each is the mean of.
        ///   - sampleWeights: shape `[n]`, or nil.
        func reduce(
            _ values: SymbolicTensor, positions: Int, sampleWeights: SymbolicTensor?
        ) throws -> SymbolicTensor {
            let weighted = try sampleWeights.map { try values * $0 } ?? values
            switch self {
            case .sum:
                return try weighted.sum() * Double(positions)
            case .meanWithSampleWeight:
                guard let sampleWeights else { return try values.mean() }
                let weight = try sampleWeights.sum()
                // Where there is nothing to divide by, 1 keeps the gradient finite too.
                let divisor = try weight.equal(to: 0).select(1, weight)
                return try weight.equal(to: 0).select(0, weighted.sum() / divisor)
            case .sumOverBatchSize:
                return sampleWeights == nil
                    ? try values.mean() : try weighted.sum() * (1 / Double(values.shape[0]))
            }
        }
    }
}
