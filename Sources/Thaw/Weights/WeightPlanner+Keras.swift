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
        for (group, layer) in zip(own, theirs) { pair(group, layer.weights, byOrder: true, &plan) }
        return plan
    }

    /// As Keras does with `by_name`.
    func byNamesOfLayers(_ layers: [(name: String, weights: [Int])]) throws -> WeightPlan {
        var plan = WeightPlan(.names, targets: targets.count)
        var known: [String: [Int]] = [:]
        for layer in layers { known[mapping.rename(layer.name) ?? layer.name] = layer.weights }
        for group in KerasLayerGroups(of: root, targets).groups {
            if let weights = known[group.name] { pair(group, weights, byOrder: false, &plan) }
        }
        return plan
    }

    /// Gives the arrays of one layer of the file to the parameters of one layer of the model.
    private func pair(
        _ group: KerasLayerGroups.Group, _ entries: [Int], byOrder: Bool, _ plan: inout WeightPlan
    ) {
        func take(_ order: [Int]) {
            for (target, entry) in zip(order, entries) { plan.places[target] = entry }
        }
        let orders = orders(of: group).filter { fits($0, entries, isContainer: group.isContainer) }
        if byOrder, let order = orders.first { return take(order) }
        var named = byEnds(group, entries)
        if named.count < group.targets.count, orders.isEmpty, let owned = byOwners(group, entries) {
            named = owned
        }
        if named.count == group.targets.count || orders.isEmpty && !named.isEmpty {
            for (target, entry) in named { plan.places[target] = entry }
        } else if let order = orders.first {
            take(order)
        } else {
            take(KerasLayerGroups.ordered(group.targets, targets))
        }
    }

    /// The orders in which Keras may have written a layer: what is trained first, which depends on what was frozen then.
    private func orders(of group: KerasLayerGroups.Group) -> [[Int]] {
        let places = group.targets
        let weights = places.filter { targets[$0].parameter.role == .weight }
        let others = places.filter { targets[$0].parameter.role != .weight }
        return [KerasLayerGroups.ordered(places, targets), weights + others, places]
    }

    /// Whether shapes agree, and names where they say what an array is, and to which layer of a model it belongs.
    private func fits(_ order: [Int], _ entries: [Int], isContainer: Bool) -> Bool {
        let pairs = zip(order, entries).map { (targets[$0].layerPath, owner(of: $1)) }
        let owners = Dictionary(pairs) { first, _ in first }
        return order.count == entries.count && (!isContainer || pairs.allSatisfy { owners[$0] == $1 })
            && zip(order, entries).allSatisfy { place, entry in
                let parameter = targets[place].parameter
                let kind = kind(of: entry)
                return stored.weights[entry].shape == parameter.shape
                    && (kind == parameter.name || !Self.kinds.contains(kind))
            }
    }

    /// The layer that the name of an array says.
    private func owner(of entry: Int) -> String {
        stored.weights[entry].name.split(separator: "/").dropLast().joined(separator: "/")
    }

    private static let kinds: Set<String> = [
        "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "alpha",
    ]

    /// What an array is, by the end of its name: `conv/depthwise_kernel:0` is a kernel.
    private func kind(of entry: Int) -> String {
        var name = stored.weights[entry].name.split(separator: "/").last.map(String.init) ?? ""
        if let colon = name.lastIndex(of: ":") { name = String(name[..<colon]) }
        return name == "depthwise_kernel" ? "kernel" : name
    }

    /// Pairs the layers of a model with those that the names of arrays say, by kinds and shapes alone, if that leaves no
    /// choice; nil otherwise.
    private func byOwners(
        _ group: KerasLayerGroups.Group, _ entries: [Int]
    ) -> [(target: Int, entry: Int)]? {
        func text(_ kind: String, _ shape: [Int]) -> String { "\(kind) \(shape)" }
        let theirs = Dictionary(grouping: entries, by: owner(of:))
        let bySignature = Dictionary(grouping: theirs.values) { entries in
            Set(entries.map { text(kind(of: $0), stored.weights[$0].shape) })
        }
        let own = Dictionary(grouping: group.targets) { targets[$0].layerPath }
        var result: [(target: Int, entry: Int)] = []
        for places in own.values {
            let signature = Set(places.map { text(targets[$0].parameter.name, targets[$0].parameter.shape) })
            guard let fitting = bySignature[signature], fitting.count == 1, let entries = fitting.first else {
                return nil
            }
            for place in places {
                guard let entry = entries.first(where: { kind(of: $0) == targets[place].parameter.name })
                else { return nil }
                result.append((place, entry))
            }
        }
        return Set(result.map(\.entry)).count == entries.count ? result : nil
    }

    /// Pairs by the ends of names: of arrays in a layer by what they are, in a model also by the layer.
    private func byEnds(_ group: KerasLayerGroups.Group, _ entries: [Int]) -> [(target: Int, entry: Int)] {
        var result: [(target: Int, entry: Int)] = []
        var rest = entries
        for place in group.targets {
            let parts = targets[place].path.split(separator: "/").map(String.init)
            let own = group.isContainer ? parts.dropFirst().dropLast() : []
            let fitting = rest.filter { entry in
                guard kind(of: entry) == targets[place].parameter.name else { return false }
                let theirs = stored.weights[entry].name.split(separator: "/").dropLast().map(String.init)
                return theirs.suffix(own.count) == own || !theirs.isEmpty && own.suffix(1) == theirs.suffix(1)
            }
            // The one that agrees in more than the last part, if several agree in that.
            let best =
                fitting.count > 1
                ? fitting.filter { entry in
                    stored.weights[entry].name.split(separator: "/").dropLast().map(String.init)
                        .suffix(own.count) == own
                } : fitting
            guard best.count == 1, let entry = best.first else { continue }
            result.append((place, entry))
            rest.removeAll { $0 == entry }
        }
        return result
    }
}
