import ThawEngine
import ThawGraph
import ThawTensor

extension Optimizer {
    /// Sets `gradientAccumulationSteps` and returns the optimizer: `.adam().accumulatingGradients(over: 4)`.
    @discardableResult public func accumulatingGradients(over steps: Int) -> Self {
        gradientAccumulationSteps = steps
        return self
    }

    /// Whether the coming batch's gradients are only gathered, without an update.
    var gathersNext: Bool { gatheredBatches + 1 < gradientAccumulationSteps }

    /// The number of the coming batch, for random numbers: another one for each batch, also between updates.
    var batchNumber: Int { iterations * max(1, gradientAccumulationSteps) + gatheredBatches }

    /// Counts a batch that took effect.
    func countBatch() {
        if gathersNext {
            gatheredBatches += 1
        } else {
            gatheredBatches = 0
            iterations += 1
        }
    }

    /// Adds a gradient to the sum that is gathered for its parameter.
    ///
    /// - Returns: the mean over the batches if this is the last of them, the sum starting afresh; else nil.
    func accumulated(
        _ gradient: SymbolicTensor, of parameter: Parameter, path: String, isLast: Bool, engine: any Engine
    ) throws -> SymbolicTensor? {
        let graph = gradient.graph
        let variable = try slot("gradient_sum", of: parameter, path: path, engine: engine)
        return try graph.withScope("\(name)/\(path)") { () throws in
            let sum = try graph.read(variable) + gradient
            guard isLast else {
                try graph.assign(variable, sum)
                return nil
            }
            try graph.assign(variable, gradient * 0)
            return try sum * (1 / Double(gradientAccumulationSteps))
        }
    }
}
