public import ThawGraph
public import ThawTensor

/// A metric that follows from sums over all samples, such as counts of hits and misses.
///
/// Each sum carries what rounding took from it (Kahan 1965), so that it is right over millions of batches and the same
/// however samples fall into them.
///
/// ```swift
/// final class Bias: SumMetric {
///     override func terms(
///         target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
///     ) throws -> [SymbolicTensor] {
///         [try (prediction - target.reshape(to: prediction.shape)).sum(), try (prediction * 0 + 1).sum()]
///     }
///
///     override func result(ofSums sums: [[Double]]) -> Double { sums[0][0] / sums[1][0] }
/// }
/// ```
open class SumMetric: Metric {
    /// What a batch adds to the sums: tensors whose shapes do not depend on the size of the batch.
    ///
    /// - Parameters:
    ///   - target: the batch's targets: int32 class indices or float32 numbers, batch on axis 0.
    ///   - prediction: what the model gave.
    ///   - sampleWeights: shape `[n]`; nil counts each sample as 1.
    open func terms(
        target: SymbolicTensor, prediction: SymbolicTensor, sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        []
    }

    /// The value that the sums stand for: for each tensor of `terms` its elements, summed over all batches.
    open func result(ofSums sums: [[Double]]) -> Double { 0 }

    /// The values that the sums stand for, with their names; one unless a subclass says otherwise.
    open func results(ofSums sums: [[Double]]) -> [(name: String, value: Double)] {
        [(name, result(ofSums: sums))]
    }

    public override func stateVariables(
        target: TensorType, prediction: TensorType
    ) throws -> [(name: String, shape: [Int])] {
        // The shapes are those of the terms, which a graph for nothing else shows.
        let graph = Graph()
        let terms = try graph.withScope("metrics/\(name)") { () throws -> [SymbolicTensor] in
            try self.terms(
                target: graph.input("target", shape: target.shape, dtype: target.dtype),
                prediction: graph.input("prediction", shape: prediction.shape, dtype: prediction.dtype),
                sampleWeights: nil)
        }
        return terms.enumerated().flatMap { index, term in
            [("sum_\(index)", term.shape), ("excess_\(index)", term.shape)]
        }
    }

    public override func updatedState(
        _ state: [SymbolicTensor], target: SymbolicTensor, prediction: SymbolicTensor,
        sampleWeights: SymbolicTensor?
    ) throws -> [SymbolicTensor] {
        let terms = try terms(target: target, prediction: prediction, sampleWeights: sampleWeights)
        return try zip(terms, stride(from: 0, to: state.count, by: 2)).flatMap { term, index in
            try Self.added(term.cast(to: .float32), to: state[index], excess: state[index + 1])
        }
    }

    public override func result(of state: [Tensor]) -> Double { result(ofSums: Self.sums(in: state)) }

    public override func results(of state: [Tensor]) -> [(name: String, value: Double)] {
        results(ofSums: Self.sums(in: state))
    }

    /// A total after a term, and what the rounded total has grown by too much.
    static func added(
        _ term: SymbolicTensor, to total: SymbolicTensor, excess: SymbolicTensor
    ) throws -> [SymbolicTensor] {
        let exact = try term - excess
        let sum = try total + exact
        return [sum, try (sum - total) - exact]
    }

    /// The sums of a state of totals and excesses in turn.
    static func sums(in state: [Tensor]) -> [[Double]] {
        stride(from: 0, to: state.count - 1, by: 2).map { index in
            zip(state[index].doubles, state[index + 1].doubles).map { $0 - $1 }
        }
    }
}
