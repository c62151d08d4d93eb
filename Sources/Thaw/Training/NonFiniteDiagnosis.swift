import ThawEngine
import ThawGraph
import ThawTensor

/// Finds what was not finite first, by running a batch again with every layer's output checked.
struct NonFiniteDiagnosis {
    private let step: CompiledStep
    /// What each output of the graph checks, in the order of computing.
    private let origins: [NonFiniteReport.Origin]

    /// Builds the graph that checks: it reads the same weights in the same mode as the step and assigns
    /// nothing.
    init(model: Model, key: StepKey, compilation: Compilation) throws {
        let builder = StepBuilder(model: model, key: key, compilation: compilation, writesState: true)
        let value = try builder.loss(of: builder.forward())
        let parameters = builder.trainableParameters
        let gradients = try builder.gradients(of: value)
        let graph = builder.graph

        var checks: [(NonFiniteReport.Origin, [SymbolicTensor])] = model.parameterPaths.map {
            (.parameter(path: $0.path), [graph.read($0.parameter.variable)])
        }
        for record in builder.context.tracer.layerOutputs {
            let path = record.path.isEmpty ? model.name : record.path
            checks.append((.layer(path: path, type: record.layer.typeName), record.outputs))
        }
        let name = compilation.goals.compactMap(\.loss?.name).joined(separator: " + ")
        checks.append((.loss(name: name), [value]))
        // The gradient of what was computed last is computed first.
        for ((path, _), gradient) in zip(parameters, gradients).reversed() {
            if let gradient { checks.append((.gradient(path: path), [gradient])) }
        }
        checks = checks.filter { $0.1.allSatisfy { $0.dtype.isFloatingPoint } }
        origins = checks.map(\.0)
        for (index, check) in checks.enumerated() {
            graph.addOutput("check_\(index)", try graph.allFinite(check.1))
        }
        step = try builder.compiled()
    }

    /// Runs a batch and tells what was not finite first.
    ///
    /// - Parameters:
    ///   - fill: writes the batch and the random key into the step.
    ///   - sample: the number of the sample in a row of the batch.
    func origin(
        fill: (CompiledStep) throws -> Void, sample: (Int) -> Int
    ) throws -> NonFiniteReport.Origin {
        try fill(step)
        let slots =
            step.inputSlots.map { ($0, 0) } + step.targetSlots.map { ($0, 1) }
            + (step.weightsSlot.map { [($0, 2)] } ?? [])
        for (slot, kind) in slots {
            guard let row = firstNonFiniteRow(slot) else { continue }
            switch kind {
            case 0: return .input(sample: sample(row))
            case 1: return .target(sample: sample(row))
            default: return .sampleWeight(sample: sample(row))
            }
        }
        try step.executable.run()
        for (index, origin) in origins.enumerated() where step.executable.output(index).item == 0 {
            return origin
        }
        return .notReproduced
    }

    private func firstNonFiniteRow(_ slot: Int) -> Int? {
        let type = step.executable.inputs[slot].type
        guard type.dtype == .float32, type.count > 0 else { return nil }
        let width = type.count / max(1, type.shape.first ?? 1)
        return step.executable.withInput(slot) { bytes in
            bytes.bindMemory(to: Float.self).firstIndex { !$0.isFinite }.map { $0 / max(1, width) }
        }
    }
}
