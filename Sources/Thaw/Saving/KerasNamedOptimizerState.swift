import ThawFormats
import ThawTensor

/// What an optimizer remembers, as HDF5 files of whole models hold it: arrays whose names say what they are.
///
/// | written by | step | momentum of `dense/kernel` |
/// |---|---|---|
/// | Keras before 2.11 | `Adam/iter:0` | `Adam/dense/kernel/m:0` |
/// | Keras from 2.11 | `iteration:0` | `Adam/m/dense/kernel:0` |
/// | Keras 3 | `adam/iteration` | `adam/sequential_dense_kernel_momentum` |
///
/// Arrays of one kind stand in the order of the parameters that train, however the kinds are interleaved.
struct KerasNamedOptimizerState {
    private let arrays: [(name: String, dataset: HDF5Dataset)]
    private let file: String

    init(_ group: HDF5Group, file: String) throws {
        self.file = file
        var names = try group.attributes.strings(named: "weight_names") ?? []
        // What scales the loss around the optimizer, as for mixed_float16: of Keras 3 and of Keras 2.
        let scaling = ["dynamic_scale", "current_loss_scale:0"]
        if let scale = names.first(where: { name in scaling.contains { name.hasSuffix($0) } }) {
            let owner = scale.split(separator: "/").dropLast().joined(separator: "/")
            let own = ["iteration", "learning_rate", "step_counter", "dynamic_scale"].map { "\(owner)/\($0)" }
            let own2 = ["current_loss_scale:0", "good_steps:0"]
            names.removeAll { name in own.contains(name) || own2.contains { name.hasSuffix($0) } }
        }
        arrays = try names.map { (name: $0, dataset: try group.dataset($0)) }
    }

    /// What a name stands for.
    private enum Content: Equatable {
        case step
        case learningRate
        case momentumProduct
        case slot(String)
    }

    /// Puts back what the optimizer, which is compiled, remembers.
    ///
    /// - Throws: `SavedModelError.malformed` if there is anything else than the optimizer needs, or not for all that train.
    func restore(to model: Model) throws {
        guard let optimizer = model.optimizer, !arrays.isEmpty else { return }
        let slotPlace = slotPlace
        var batches = 0.0
        var product: Double?
        var slots: [String: [Tensor]] = [:]
        for (name, dataset) in arrays {
            switch content(of: name, slotPlace, optimizer) {
            case .step: batches = try number(dataset)
            case .learningRate:
                let rate = try number(dataset)
                if !(optimizer.schedule is any KerasSchedule) { optimizer.learningRate = rate }
            case .momentumProduct: product = try number(dataset)
            case .slot(let slot): slots[slot, default: []].append(try dataset.readTensor())
            case nil: throw malformed("means nothing to Thaw: \(name)")
            }
        }
        // Keras from 2.11 keeps a momentum for SGD without one.
        let known = optimizer.slotNames + [WeightAveraging.averageSlot, Optimizer.gradientSumSlot]
        for slot in slots.keys where !known.contains(slot) {
            guard optimizer is SGD else {
                throw malformed("has arrays \(slot), which \(optimizer.name) has not")
            }
            slots[slot] = nil
        }
        try KerasOptimizerState(of: model, optimizer).restore(
            batches: batches, slots: slots, momentumProduct: product)
    }

    /// Which part of a name says the slot where the files are of Keras 2.11 and newer; nil for older ones, where the last one does.
    private var slotPlace: Int? {
        guard arrays.contains(where: { $0.name == "iteration:0" }) else { return nil }
        let slots = arrays.filter { $0.name.contains("/") }
        // Inside an optimizer that scales the loss the name of the optimizer is missing.
        let isBare = slots.allSatisfy { slot in
            slot.name.split(separator: "/").first.map { $0 == "v" || Self.inKeras2[String($0)] != nil }
                ?? false
        }
        return isBare ? 0 : 1
    }

    private func content(of name: String, _ slotPlace: Int?, _ optimizer: Optimizer) -> Content? {
        var parts = name.split(separator: "/").map(String.init)
        let isOfKeras3 = !name.hasSuffix(":0")
        guard var last = parts.popLast() else { return nil }
        if !isOfKeras3 { last.removeLast(2) }
        switch last {
        case "iter", "iteration": return .step
        case "learning_rate": return .learningRate
        case "momentum_cache": return .momentumProduct
        // Keras 3 gives Nadam's product no name of its own.
        case "variable" where optimizer is Nadam: return .momentumProduct
        default: break
        }
        if isOfKeras3 {
            if last.hasSuffix("_gradient_accumulator") { return .slot(Optimizer.gradientSumSlot) }
            if last.hasSuffix("_average"), optimizer.weightAveraging != nil {
                return .slot(WeightAveraging.averageSlot)
            }
            return optimizer.slotNames.first { last.hasSuffix("_" + Self.inKeras3[$0, default: $0]) }.map(
                Content.slot)
        }
        let short = slotPlace.map { parts.dropFirst($0).first ?? last } ?? last
        if short == "v" { return .slot(optimizer is Adamax ? "norm" : "velocity") }
        return Self.inKeras2[short].map(Content.slot)
    }

    private static let inKeras3 = [
        "accumulated_gradient": "accumulated_grad", "accumulated_step": "accumulated_delta_var",
    ]
    private static let inKeras2 = [
        "m": "momentum", "momentum": "momentum", "u": "norm", "rms": "velocity", "velocity": "velocity",
        "mg": "average_gradient", "average_gradient": "average_gradient", "accumulator": "accumulator",
        "accum_grad": "accumulated_gradient", "accumulated_grad": "accumulated_gradient",
        "accum_var": "accumulated_step", "accumulated_delta_var": "accumulated_step",
    ]

    private func number(_ dataset: HDF5Dataset) throws -> Double {
        guard dataset.shape?.allSatisfy({ $0 == 1 }) == true else {
            throw malformed("has no single number at \(dataset.path)")
        }
        return try dataset.readTensor().cast(to: .float64).scalars(as: Double.self).first ?? 0
    }

    private func malformed(_ what: String) -> SavedModelError {
        .malformed(
            layer: "the optimizer in \(file)",
            message: "its state \(what). Load with compiled: false and compile again.")
    }
}
