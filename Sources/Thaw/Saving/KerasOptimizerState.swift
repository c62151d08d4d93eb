import ThawFormats
import ThawTensor

/// What an optimizer remembers, as the numbered variables of Keras 3: the number of steps, the learning rate unless a
/// schedule gives it, averages of weights, gathered gradients, the slots, and Nadam's product of momentums. Keras 2 keeps neither
/// the learning rate nor the product, and a momentum for SGD without one.
struct KerasOptimizerState {
    /// Where they are in a file.
    static let path = "optimizer/vars"
    /// Where they are if the optimizer is inside one that scales the loss, as for `mixed_float16`.
    static let scaledPath = "optimizer/inner_optimizer/vars"

    private let optimizer: Optimizer
    private let model: Model
    private let kerasVersion: Int
    /// The parameters that Keras's optimizer knows: those that train.
    private let parameters: [(path: String, parameter: Parameter)]

    init(of model: Model, _ optimizer: Optimizer, kerasVersion: Int = 3) {
        self.kerasVersion = kerasVersion
        self.model = model
        self.optimizer = optimizer
        parameters = model.parameterPaths.filter { $0.parameter.isTrainable }
    }

    /// The slots that stand beside those of the optimizer's own kind, in Keras's order.
    private var groups: [[String]] {
        var groups: [[String]] = []
        if optimizer.weightAveraging != nil { groups.append([WeightAveraging.averageSlot]) }
        if optimizer.gradientAccumulationSteps > 1 { groups.append([Optimizer.gradientSumSlot]) }
        let own = (optimizer as? any KerasOptimizer)?.kerasSlots ?? []
        return groups + (kerasVersion < 3 && optimizer is SGD && own.isEmpty ? [[Self.unused]] : own)
    }

    /// The numbers before the slots: the step, and a learning rate that is a number.
    private var leading: Int { kerasVersion < 3 || optimizer.schedule is any KerasSchedule ? 1 : 2 }

    /// What Thaw's optimizer has no use for.
    private static let unused = "unused"

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
        let expected = leading + perParameter * parameters.count
        guard variables.count >= leading else { throw unexpected(variables.count, expected) }
        guard variables[..<leading].allSatisfy({ $0.count == 1 }) else {
            throw damaged("its step or learning rate is no single number.")
        }
        if leading == 2 { optimizer.learningRate = Double(variables[1].cast(to: .float32).item) }
        var slots: [String: [Tensor]] = [:]
        var next = leading
        if variables.count > leading {
            // Keras 2 does not keep Nadam's product.
            let known = parameters(fitting: { count in
                [0, product].contains(variables.count - leading - perParameter * count)
            })
            guard let known else { throw unexpected(variables.count, expected) }
            for group in groups {
                for _ in known {
                    for slot in group {
                        slots[slot, default: []].append(variables[next])
                        next += 1
                    }
                }
            }
        }
        slots[Self.unused] = nil
        let isKnown = product == 1 && next < variables.count && variables[next].count == 1
        try restore(
            batches: Double(variables[0].item), slots: slots,
            momentumProduct: isKnown ? Double(variables[next].cast(to: .float32).item) : nil)
    }

    /// The parameters that slots of a file are of: those that train, or, where layers were frozen after training without
    /// compiling again, all that can; nil if neither fits.
    private func parameters(fitting fits: (Int) -> Bool) -> [(path: String, parameter: Parameter)]? {
        let all = model.parameterPaths.filter { $0.parameter.role == .weight }
        return [parameters, all].first { fits($0.count) }
    }

    /// Puts back what a file of any of Keras's layouts says.
    ///
    /// - Parameters:
    ///   - batches: how many it has trained on.
    ///   - slots: the values of each slot, in the order of the parameters; none for an optimizer that has not stepped.
    ///   - momentumProduct: Nadam's, if the file has it.
    func restore(batches: Double, slots: [String: [Tensor]], momentumProduct: Double?) throws {
        guard batches >= 0, batches < 1e15 else { throw damaged("it has taken \(batches) steps.") }
        // Keras counts batches where gradients are gathered, Thaw updates.
        let (updates, gathered) = Int(batches).quotientAndRemainder(
            dividingBy: optimizer.gradientAccumulationSteps)
        guard let known = parameters(fitting: { count in slots.values.allSatisfy { $0.count == count } })
        else {
            let counts = slots.map { "\($1.count) arrays \($0)" }.sorted().joined(separator: ", ")
            throw damaged("it has \(counts) for \(parameters.count) parameters that train.")
        }
        var numbers = ["iterations": Tensor.full([], Double(updates))]
        if slots[WeightAveraging.averageSlot] != nil {
            numbers[WeightAveraging.countSlot] = .full([], Double(updates))
        }
        if let nadam = optimizer as? Nadam {
            numbers["momentum_product"] = .full(
                [], momentumProduct ?? nadam.momentumProduct(afterUpdates: Double(updates)))
        }
        var values = [[String: Tensor]](repeating: numbers, count: known.count)
        for (slot, tensors) in slots {
            for (index, tensor) in tensors.enumerated() {
                let (path, parameter) = known[index]
                guard tensor.shape == parameter.shape else {
                    throw damaged(
                        "its \(slot) of \(path) has the shape \(tensor.shape), not \(parameter.shape).")
                }
                values[index][slot] = tensor.cast(to: .float32)
            }
        }
        optimizer.iterations = updates
        optimizer.gatheredBatches = gathered
        try optimizer.check()
        guard !slots.isEmpty else { return }
        for (entry, values) in zip(known, values) {
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
