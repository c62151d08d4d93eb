/// Keras's layouts.
extension WeightPlanner {
    // MARK: - Keras 3's variables

    /// As Keras 3 does: by the classes of layers, numbered in order.
    func byPlacesOfVariables() -> WeightPlan {
        var entries: [String: Int] = [:]
        for (place, weight) in stored.weights.enumerated() {
            let number = weight.name.split(separator: "/").last ?? ""
            entries["\(weight.layer ?? "")/\(number)"] = place
        }
        return byVariables(.order) { group, number in entries["\(group.path)/\(number)"] }
    }

    func byNamesOfVariables(_ names: [String: String]) throws -> WeightPlan {
        let known = try places { place in
            let weight = stored.weights[place]
            var parts = weight.name.split(separator: "/").map(String.init)
            let number = parts.popLast() ?? ""
            parts.removeLast()
            // Only places that have a name of their own are layers; between them lie the names of lists.
            let path = (1...max(1, parts.count)).compactMap { names[parts.prefix($0).joined(separator: "/")] }
            return path.isEmpty ? weight.name : (path + [number]).joined(separator: "/")
        }
        var paths: [ObjectIdentifier: String] = [:]
        for target in targets where paths[ObjectIdentifier(target.parameter)] == nil {
            paths[ObjectIdentifier(target.parameter)] = target.layerPath
        }
        return byVariables(.names) { group, number in
            let path = paths[ObjectIdentifier(group.parameters[number])] ?? ""
            return known[WeightMapping.canonical(path.isEmpty ? "\(number)" : "\(path)/\(number)")]
        }
    }

    private func byVariables(
        _ matching: WeightMatching, _ entry: (KerasWeightPaths.Group, Int) -> Int?
    ) -> WeightPlan {
        let places = Dictionary(
            targets.enumerated().map { (ObjectIdentifier($1.parameter), $0) }, uniquingKeysWith: { a, _ in a }
        )
        var plan = WeightPlan(matching, targets: targets.count)
        for group in KerasWeightPaths(of: root).groups {
            for (number, parameter) in group.parameters.enumerated() {
                guard let place = places[ObjectIdentifier(parameter)] else { continue }
                plan.places[place] = entry(group, number)
            }
        }
        plan.hasSameCount =
            stored.weights.count == targets.count && plan.places.allSatisfy { $0 != nil }
        return plan
    }

    // MARK: - Keras 2's layers

    /// As Keras does by default: the layers that have weights, one after the other.
    func inOrderOfLayers(_ layers: [(name: String, weights: [Int])]) -> WeightPlan {
        var plan = WeightPlan(.order, targets: targets.count)
        let own = KerasLayerGroups(of: root, targets).groups.filter { !$0.targets.isEmpty }
        let theirs = layers.filter { !$0.weights.isEmpty }
        plan.hasSameCount =
            own.count == theirs.count && zip(own, theirs).allSatisfy { $0.targets.count == $1.weights.count }
        for (group, layer) in zip(own, theirs) {
            for (target, entry) in pairing(group, layer.weights).byOrder { plan.places[target] = entry }
        }
        return plan
    }

    /// As Keras does with `by_name`.
    func byNamesOfLayers(_ layers: [(name: String, weights: [Int])]) throws -> WeightPlan {
        var plan = WeightPlan(.names, targets: targets.count)
        var known: [String: [Int]] = [:]
        for layer in layers { known[mapping.rename(layer.name) ?? layer.name] = layer.weights }
        for group in KerasLayerGroups(of: root, targets).groups {
            for (target, entry) in pairing(group, known[group.name] ?? []).byNames {
                plan.places[target] = entry
            }
        }
        return plan
    }

    private func pairing(_ group: KerasLayerGroups.Group, _ entries: [Int]) -> KerasLayerPairing {
        KerasLayerPairing(group, targets, entries, stored)
    }
}
