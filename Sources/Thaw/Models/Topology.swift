import ThawGraph

/// How the layers of a functional model are connected: the calls that lead from its inputs to its outputs.
struct Topology {
    /// The values that are given.
    let inputs: [LayerOutput]
    /// The values that are computed.
    let outputs: [LayerOutput]
    /// The calls between them, each after those it depends on.
    let calls: [LayerCall]
    /// The layers, `Input` layers included, in Keras's order: by the longest way to an output, those furthest
    /// from it first; among equals, those first that were seen first on the way back from the outputs.
    let layers: [Layer]
    /// The layers that stand for the inputs, in order.
    let inputLayers: [Layer]
    /// How many calls each call is away from the outputs, on the longest way.
    let depths: [ObjectIdentifier: Int]

    /// Finds the way from the outputs back to the inputs.
    ///
    /// - Throws: `ModelError.topology` if there is none; `LayerError` for an input of an impossible shape.
    init(inputs: [LayerOutput], outputs: [LayerOutput], model: String) throws {
        guard !inputs.isEmpty, !outputs.isEmpty else {
            throw ModelError.topology(model: model, message: "needs at least one input and one output.")
        }
        guard Set(inputs).count == inputs.count else {
            throw ModelError.topology(model: model, message: "the same input is given twice; give it once.")
        }
        for input in inputs { try InputShape.check(input) }
        self.inputs = inputs
        self.outputs = outputs
        // A model may begin inside another: where that one computed a value, this one has an input.
        var counts: [String: Int] = [:]
        let inputLayers = inputs.map { input in
            guard !input.call.inputs.isEmpty else { return input.layer }
            let name = "\(input.layer.name)_input"
            let count = counts[name, default: 0]
            counts[name] = count + 1
            let layer = Input(shape: input.shape)
            layer.assign(automaticName: count == 0 ? name : "\(name)_\(count)", base: name)
            return layer
        }
        self.inputLayers = inputLayers
        let search = TopologySearch(inputs: inputs, outputs: outputs)
        for (input, layer) in zip(inputs, inputLayers) where !search.usedInputs.contains(input) {
            throw ModelError.topology(
                model: model,
                message:
                    "input \(layer.name) of shape \(input.shape) leads to no output; connect it or leave it out."
            )
        }
        if let missing = search.missingInput {
            throw ModelError.topology(
                model: model,
                message: "its outputs need the value of \(missing.name), an Input of shape "
                    + "\(missing.inputShape ?? []) that is not among the model's inputs; add it there.")
        }
        calls = search.calls

        var depths: [ObjectIdentifier: Int] = [:]
        var layerDepths: [ObjectIdentifier: Int] = [:]
        var inputDepths = [Int](repeating: 0, count: inputs.count)
        let places = Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ($1, $0) })
        for call in calls.reversed() {
            let layer = ObjectIdentifier(call.layer)
            let depth = max(depths[ObjectIdentifier(call), default: 0], layerDepths[layer, default: 0])
            depths[ObjectIdentifier(call)] = depth
            layerDepths[layer] = depth
            for input in call.inputs {
                if let place = places[input] {
                    inputDepths[place] = max(inputDepths[place], depth + 1)
                } else {
                    let key = ObjectIdentifier(input.call)
                    depths[key] = max(depths[key, default: 0], depth + 1)
                }
            }
        }
        var entries: [(layer: Layer, depth: Int, order: Int)] = []
        var seen: Set<ObjectIdentifier> = []
        for call in calls where seen.insert(ObjectIdentifier(call.layer)).inserted {
            let key = ObjectIdentifier(call.layer)
            entries.append((call.layer, layerDepths[key, default: 0], search.firstSeen[key, default: 0]))
        }
        for (place, layer) in inputLayers.enumerated() where seen.insert(ObjectIdentifier(layer)).inserted {
            entries.append((layer, inputDepths[place], search.inputFirstSeen[inputs[place], default: 0]))
        }
        layers = entries.sorted { ($1.depth, $0.order) < ($0.depth, $1.order) }.map(\.layer)
        self.depths = depths
    }

    /// Computes the outputs for one batch.
    func call(_ given: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        guard given.count == inputs.count else {
            throw LayerError(
                "takes \(inputs.count) input\(inputs.count == 1 ? "" : "s"), got \(given.count).")
        }
        var values: [LayerOutput: SymbolicTensor] = [:]
        for (input, value) in zip(inputs, given) {
            guard value.shape.dropFirst() == input.shape[...] else {
                throw LayerError(
                    "input \(input.layer.name) is for samples of shape \(input.shape), got a batch of shape "
                        + "\(value.shape).")
            }
            values[input] = value
        }
        for call in calls {
            let results = try call.layer.apply(
                call.inputs.compactMap { values[$0] }, context: context.pinned(to: call.mode))
            for (output, result) in zip(call.outputs, results) { values[output] = result }
        }
        return outputs.compactMap { values[$0] }
    }

    /// Whether the calls follow one another, each on what the one before gave, and no layer is called twice.
    var isChain: Bool {
        inputs.count == 1 && outputs.count == 1 && calls.count + 1 == layers.count
            && zip(calls, [inputs[0].call] + calls).allSatisfy { call, before in
                call.inputs.count == 1 && call.inputs[0].call === before
            }
    }

    /// Which of its layer's calls a call is, from 0.
    var callNumbers: [ObjectIdentifier: Int] {
        var numbers: [ObjectIdentifier: Int] = [:]
        var counts: [ObjectIdentifier: Int] = [:]
        for call in calls {
            numbers[ObjectIdentifier(call)] = counts[ObjectIdentifier(call.layer), default: 0]
            counts[ObjectIdentifier(call.layer), default: 0] += 1
        }
        return numbers
    }

    /// What each layer is called on, in the order of `layers`: `name[call][output]`, as Keras prints it.
    ///
    /// - Parameter names: the names of layers in the model.
    func connectionTexts(names: (Layer) -> String) -> [String] {
        let numbers = callNumbers
        return layers.map { layer in
            let texts = calls.filter { $0.layer === layer }.flatMap(\.inputs).map { input in
                let number = inputs.contains(input) ? 0 : numbers[ObjectIdentifier(input.call), default: 0]
                return "\(names(inputLayer(of: input)))[\(number)][\(input.index)]"
            }
            return texts.isEmpty ? "-" : texts.joined(separator: ", ")
        }
    }

    /// The layer that stands for a value in this model: an `Input` where the model begins inside another.
    func inputLayer(of value: LayerOutput) -> Layer {
        inputs.firstIndex(of: value).map { inputLayers[$0] } ?? value.layer
    }

    /// The same connections between copies of the layers.
    ///
    /// - Parameter names: the names of layers in the model, which the copies get.
    func cloned(names: (Layer) -> String) throws -> (inputs: [LayerOutput], outputs: [LayerOutput]) {
        var copies: [ObjectIdentifier: Layer] = [:]
        var values: [LayerOutput: LayerOutput] = [:]
        for input in inputs {
            let copy = Input(shape: input.shape)
            copy.takeName(of: inputLayer(of: input), automaticName: names(inputLayer(of: input)))
            copy.ownsTrainableFlag = inputLayer(of: input).ownsTrainableFlag
            if let original = inputLayer(of: input) as? Input {
                copy.preprocessingSetting = original.preprocessingSetting
            }
            values[input] = copy.layerOutput
        }
        for call in calls {
            let copy = try copies[ObjectIdentifier(call.layer)] ?? call.layer.clone()
            copy.takeName(of: call.layer, automaticName: names(call.layer))
            copies[ObjectIdentifier(call.layer)] = copy
            let results = try copy.connected(to: call.inputs.compactMap { values[$0] }, mode: call.mode)
            for (output, result) in zip(call.outputs, results) { values[output] = result }
        }
        return (inputs.compactMap { values[$0] }, outputs.compactMap { values[$0] })
    }
}

/// A walk from the outputs of a model back to its inputs.
private struct TopologySearch {
    /// The calls that were met, each after those it depends on.
    private(set) var calls: [LayerCall] = []
    /// The number of layers seen before a layer was seen first.
    private(set) var firstSeen: [ObjectIdentifier: Int] = [:]
    /// The same for the model's inputs.
    private(set) var inputFirstSeen: [LayerOutput: Int] = [:]
    /// The inputs that lead to an output.
    private(set) var usedInputs: Set<LayerOutput> = []
    /// An `Input` that was met and is none of the model's inputs.
    private(set) var missingInput: Layer?

    private let inputs: Set<LayerOutput>
    private var entered: Set<ObjectIdentifier> = []

    init(inputs: [LayerOutput], outputs: [LayerOutput]) {
        self.inputs = Set(inputs)
        for output in outputs { walk(from: output) }
    }

    /// Depth first, with a stack of its own, since networks may be thousands of layers deep.
    private mutating func walk(from output: LayerOutput) {
        var stack: [(call: LayerCall, next: Int)] = []
        enter(output, stack: &stack)
        while let (call, next) = stack.last {
            if next < call.inputs.count {
                stack[stack.count - 1].next += 1
                enter(call.inputs[next], stack: &stack)
            } else {
                calls.append(call)
                stack.removeLast()
            }
        }
    }

    private mutating func enter(_ value: LayerOutput, stack: inout [(call: LayerCall, next: Int)]) {
        if inputs.contains(value) {
            if usedInputs.insert(value).inserted {
                inputFirstSeen[value] = firstSeen.count + inputFirstSeen.count
            }
            return
        }
        guard entered.insert(ObjectIdentifier(value.call)).inserted else { return }
        if value.call.inputs.isEmpty {
            missingInput = missingInput ?? value.layer
            return
        }
        let key = ObjectIdentifier(value.layer)
        if firstSeen[key] == nil { firstSeen[key] = firstSeen.count + inputFirstSeen.count }
        stack.append((value.call, 0))
    }
}
