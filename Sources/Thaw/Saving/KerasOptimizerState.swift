import ThawFormats
import ThawTensor

/// What an optimizer remembers, as the numbered variables of Keras 3: the number of steps, the learning rate unless a
/// schedule gives it, averages of weights, gathered gradients, the slots, and Nadam's product of momentums.
struct KerasOptimizerState {
    /// Where they are in a file.
    static let path = "optimizer/vars"

    private let optimizer: Optimizer
    private let model: Model
    /// The parameters that Keras's optimizer knows: those that train.
    private let parameters: [(path: String, parameter: Parameter)]

    init(of model: Model, _ optimizer: Optimizer) {
        self.model = model
        self.optimizer = optimizer
        parameters = model.parameterPaths.filter { $0.parameter.isTrainable }
    }

    /// The slots that stand beside those of the optimizer's own kind, in Keras's order.
    private var groups: [[String]] {
        var groups: [[String]] = []
        if optimizer.weightAveraging != nil { groups.append([WeightAveraging.averageSlot]) }
        if optimizer.gradientAccumulationSteps > 1 { groups.append([Optimizer.gradientSumSlot]) }
        return groups + ((optimizer as? any KerasOptimizer)?.kerasSlots ?? [])
    }

    /// The numbers before the slots: the step, and a learning rate that is a number.
    private var leading: Int { optimizer.schedule is any KerasSchedule ? 1 : 2 }

    /// The variables to write. An optimizer that has not stepped yet has none for parameters, as in Keras.
    var variables: [Tensor] {
        // Keras counts batches where gradients are gathered, Thaw updates.
        let batches = optimizer.iterations * optimizer.gradientAccumulationSteps + optimizer.gatheredBatches
        var result = [Tensor.full([], Double(batches), dtype: .int32)]
        if leading == 2 { result.append(Tensor.full([], optimizer.learningRate)) }
        let values = parameters.map { optimizer.slotValues(of: $0.parameter) }
        guard values.contains(where: { $0 != nil }) else { return result }
        for group in groups {
            for (entry, values) in zip(parameters, values) {
                for slot in group {
                    result.append(
                        values?[slot]
                            ?? (slot == WeightAveraging.averageSlot
                                ? entry.parameter.value
                                : .full(entry.parameter.shape, optimizer.initialValue(ofSlot: slot))))
                }
            }
        }
        if optimizer is Nadam {
            result.append(values.lazy.compactMap { $0?["momentum_product"] }.first ?? .full([], 1))
        }
        return result
    }

    /// Puts back variables that Keras, or `variables`, gave.
    ///
    /// - Throws: `SavedModelError.malformed` if they are not as many, or not of the shapes, that the optimizer needs.
    func restore(_ variables: [Tensor]) throws {
        let product = optimizer is Nadam ? 1 : 0
        let perParameter = groups.reduce(0) { $0 + $1.count }
        // Layers that were frozen after training, without compiling again, still have their places.
        let all = model.parameterPaths.filter { $0.parameter.role == .weight }
        let parameters =
            [self.parameters, all].first {
                [0, product].contains(variables.count - leading - perParameter * $0.count)
            } ?? self.parameters
        let expected = leading + perParameter * parameters.count
        guard variables.count >= leading else { throw unexpected(variables.count, expected) }
        guard variables[..<leading].allSatisfy({ $0.count == 1 }) else {
            throw damaged("its step or learning rate is no single number.")
        }
        let batches = variables[0].item
        guard batches >= 0, batches < 1e15 else { throw unexpected(variables.count, expected) }
        let (updates, gathered) = Int(batches).quotientAndRemainder(
            dividingBy: optimizer.gradientAccumulationSteps)
        optimizer.iterations = updates
        optimizer.gatheredBatches = gathered
        let steps = Double(updates)
        if leading == 2 { optimizer.learningRate = Double(variables[1].cast(to: .float32).item) }
        guard variables.count > leading else { return }
        // Keras 2 does not keep Nadam's product.
        guard variables.count == expected || variables.count == expected + product else {
            throw unexpected(variables.count, expected)
        }
        var values = [[String: Tensor]](repeating: ["iterations": .full([], steps)], count: parameters.count)
        var next = leading
        for group in groups {
            for index in parameters.indices {
                for slot in group {
                    let value = variables[next].cast(to: .float32)
                    guard value.shape == parameters[index].parameter.shape else {
                        throw damaged(
                            "its variable \(next) has the shape \(value.shape), not "
                                + "\(parameters[index].parameter.shape).")
                    }
                    values[index][slot] = value
                    next += 1
                }
                if group == [WeightAveraging.averageSlot] {
                    values[index][WeightAveraging.countSlot] = .full([], steps)
                }
            }
        }
        if let nadam = optimizer as? Nadam {
            let known = next < variables.count && variables[next].count == 1
            let product =
                known
                ? variables[next].cast(to: .float32) : .full([], nadam.momentumProduct(afterUpdates: steps))
            for index in values.indices { values[index]["momentum_product"] = product }
        }
        for (entry, values) in zip(parameters, values) {
            try optimizer.setSlotValues(values, of: entry.parameter, path: entry.path, engine: model.engine)
        }
        try optimizer.check()
    }

    private func unexpected(_ count: Int, _ expected: Int) -> SavedModelError {
        damaged(
            "it has \(count) variables where \(optimizer.name) needs \(expected) for the layers that train.")
    }

    private func damaged(_ message: String) -> SavedModelError {
        .malformed(
            layer: "the optimizer",
            message: message + " To load the model without the state of its training, give compiled: false.")
    }
}
