import ThawEngine
import ThawGraph
import ThawTensor

extension Optimizer {
    /// The slot that gradients are gathered in.
    static let gradientSumSlot = "gradient_sum"

    /// Sets `gradientAccumulationSteps` and returns the optimizer: `.adam().accumulatingGradients(over: 4)`.
    @discardableResult public func accumulatingGradients(over steps: Int) -> Self {
        gradientAccumulationSteps = steps
        return self
    }

    /// What is done with the coming batch's gradients.
    var gatheringPhase: GatheringPhase {
        if gatheredBatches + 1 >= gradientAccumulationSteps {
            return gradientAccumulationSteps > 1 ? .last : .none
        }
        return gatheredBatches == 0 ? .first : .middle
    }

    /// To be called before each batch whose gradients are gathered: at the first of a window the sums of all parameters that
    /// it does not start anew become zero.
    ///
    /// A window sums the gradients of those of its batches in which a parameter was trained. Without this, one that was frozen
    /// when a window began and thawed within it would go on from the sum of an earlier one.
    ///
    /// - Parameter gathering: the parameters whose gradients the batch gathers.
    func beginBatch(gathering: Set<ObjectIdentifier>) throws {
        let phase = gatheringPhase
        guard phase != .none else { return }
        if phase == .first, !gatheringParameters.isSubset(of: gathering) {
            for key in gatheringParameters.subtracting(gathering) {
                guard let sum = records[key]?.slots[Self.gradientSumSlot] else { continue }
                try sum.write(.zeros(sum.type.shape))
            }
            gatheringParameters = gathering
        } else if !gathering.isSubset(of: gatheringParameters) {
            gatheringParameters.formUnion(gathering)
        }
    }

    /// Counts a batch that took effect.
    func countBatch() {
        batchNumber += 1
        switch gatheringPhase {
        case .first, .middle: gatheredBatches += 1
        case .last, .none:
            gatheredBatches = 0
            iterations += 1
        }
    }

    /// Adds a gradient to the sum that is gathered for its parameter. The first batch of a window starts the sum; one that
    /// comes later adds to what `beginBatch` has left of it.
    ///
    /// - Returns: the mean over the batches if this is the last of them; else nil.
    func accumulated(
        _ gradient: SymbolicTensor, of parameter: Parameter, path: String, phase: GatheringPhase,
        engine: any Engine
    ) throws -> SymbolicTensor? {
        guard phase != .none else { return gradient }
        let graph = gradient.graph
        let variable = try slot(Self.gradientSumSlot, of: parameter, path: path, engine: engine)
        return try graph.withScope("\(name)/\(path)") { () throws in
            let sum = phase == .first ? gradient : try graph.read(variable) + gradient
            guard phase == .last else {
                try graph.assign(variable, sum)
                return nil
            }
            return try sum * (1 / Double(gradientAccumulationSteps))
        }
    }
}

/// Where a batch stands among those whose gradients are gathered for one update.
enum GatheringPhase: Hashable {
    /// Each batch is followed by an update.
    case none
    /// It starts a sum.
    case first
    /// It adds to the sum.
    case middle
    /// It adds to the sum and is followed by the update.
    case last
}
