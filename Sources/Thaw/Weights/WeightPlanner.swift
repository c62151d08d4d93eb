import ThawFormats
import ThawTensor

/// Finds for each parameter the entry of a file that is meant for it.
struct WeightPlanner {
    let root: Layer
    let targets: [WeightTarget]
    let stored: StoredWeights
    let mapping: WeightMapping

    /// The plan that `matching` asks for.
    ///
    /// - Throws: `TrainingError.invalidArgument` for an order that the file does not have; `FormatError` for names that mean the same.
    func plan(_ matching: WeightMatching) throws -> WeightPlan {
        switch matching {
        case .names: return try byNames()
        case .order:
            guard let plan = try byOrder() else {
                throw TrainingError.invalidArgument(
                    "loadWeights: \(stored.file) is \(stored.format), which keeps no order; match by names, and rename with a mapping."
                )
            }
            return plan
        case .automatic: return try automatic()
        }
    }

    private func automatic() throws -> WeightPlan {
        let names = try byNames()
        guard let order = try byOrder() else { return names }
        let namesOutcome = names.outcome(targets, stored)
        let orderIsComplete = order.outcome(targets, stored).isComplete
        if prefersOrder {
            if orderIsComplete { return order }
            if namesOutcome.isComplete { return names }
            return order.hasSameCount ? order : names
        }
        if namesOutcome.isComplete { return names }
        if orderIsComplete { return order }
        return namesOutcome.loaded.isEmpty && order.hasSameCount ? order : names
    }

    /// Whether names say less than the order: some layer with parameters was not given its own, and the file's structure is that of
    /// Keras, which numbers layers through a whole program.
    private var prefersOrder: Bool {
        switch stored.structure {
        case .variables, .layers: targets.contains { $0.layer?.automaticNameBase != nil }
        case .paths, .torch: false
        }
    }

    private func byNames() throws -> WeightPlan {
        switch stored.structure {
        case .paths: try byPaths()
        case .torch: try byTorchNames()
        case .variables(let names): try byNamesOfVariables(names)
        case .layers(let layers): try byNamesOfLayers(layers)
        }
    }

    private func byOrder() throws -> WeightPlan? {
        switch stored.structure {
        case .paths(let isOrdered): isOrdered ? inOrderOfFile() : nil
        case .torch(let isOrdered): isOrdered ? inOrderOfTorch() : nil
        case .variables: byPlacesOfVariables()
        case .layers(let layers): inOrderOfLayers(layers)
        }
    }

    // MARK: - Thaw's paths

    private func byPaths() throws -> WeightPlan {
        let known = try places { stored.weights[$0].name }
        var plan = WeightPlan(.names, targets: targets.count)
        for (place, target) in targets.enumerated() {
            plan.places[place] = known[WeightMapping.canonical(target.path)]
        }
        return plan
    }

    private func inOrderOfFile() -> WeightPlan {
        // What NumPy calls arrays that nobody named.
        let numbers = stored.weights.map { weight in
            weight.name.hasPrefix("arr_") ? Int(weight.name.dropFirst(4)) : nil
        }
        let order =
            numbers.allSatisfy { $0 != nil }
            ? stored.weights.indices.sorted { (numbers[$0] ?? 0) < (numbers[$1] ?? 0) }
            : Array(stored.weights.indices)
        return inOrder(order)
    }

    /// One parameter after the other.
    func inOrder(_ entries: [Int], layouts: [TorchLayout]? = nil) -> WeightPlan {
        var plan = WeightPlan(.order, targets: targets.count)
        for (place, entry) in zip(targets.indices, entries) { plan.places[place] = entry }
        if let layouts { plan.layouts = layouts }
        plan.hasSameCount = entries.count == targets.count
        return plan
    }

    /// The places of entries by names whose parts are separated by slashes, after the caller's renaming.
    func places(_ name: (Int) -> String) throws -> [String: Int] {
        var result: [String: Int] = [:]
        for place in stored.weights.indices {
            let original = name(place)
            var key = WeightMapping.canonical(mapping.rename(original) ?? original)
            // TensorFlow's number of the output that a variable is.
            if key.hasSuffix(":0") { key = String(key.dropLast(2)) }
            if let other = result.updateValue(place, forKey: key) {
                throw FormatError(
                    .malformed, file: stored.file,
                    what:
                        "\"\(stored.weights[other].name.prefix(200))\" and \"\(stored.weights[place].name.prefix(200))\" are both called \(key.prefix(200))",
                    remedy: "Leave one out with a mapping")
            }
        }
        return result
    }
}
