/// PyTorch's names and layouts.
extension WeightPlanner {
    /// What parallel and compiled modules put in front of names.
    private static let wrappers = ["module/", "_orig_mod/"]

    private var layouts: [TorchLayout] {
        let images = FlattenedImages(in: root)
        return targets.map { TorchLayout(of: $0, flattened: images[$0.layer]) }
    }

    func byTorchNames() throws -> WeightPlan {
        let layouts = layouts
        let known = try places { place in
            let name = stored.weights[place].name
            // A renaming may name the wrapper, too.
            if let renamed = mapping.rename(name), renamed != name { return name }
            return unwrapped(name)
        }
        let wanted = targets.map { target in
            let layer = WeightMapping.canonical(target.layerPath)
            return [TorchLayout.name(of: target.parameter), target.parameter.name].map {
                layer.isEmpty ? $0 : "\(layer)/\($0)"
            }
        }
        let prefix = bestPrefix(known, wanted)
        var plan = WeightPlan(.names, targets: targets.count)
        plan.layouts = layouts
        for (place, names) in wanted.enumerated() {
            if let entry = known[prefix + names[0]] {
                plan.places[place] = entry
            } else if let entry = known[prefix + names[1]] {
                plan.places[place] = entry
                plan.layouts[place] = .same
            }
        }
        return plan
    }

    func inOrderOfTorch() -> WeightPlan { inOrder(Array(stored.weights.indices), layouts: layouts) }

    private func unwrapped(_ name: String) -> String {
        var name = WeightMapping.canonical(name)
        while let wrapper = Self.wrappers.first(where: { name.hasPrefix($0) }),
            !targets.contains(where: { $0.path.hasPrefix(wrapper) })
        {
            name = String(name.dropFirst(wrapper.count))
        }
        return name
    }

    /// The first one or two parts of the file's names behind which most of the parameters are found; empty if nothing is better.
    private func bestPrefix(_ known: [String: Int], _ wanted: [[String]]) -> String {
        func count(_ prefix: String) -> Int {
            wanted.count { names in names.contains { known[prefix + $0] != nil } }
        }
        var best = (prefix: "", count: count(""))
        if best.count == wanted.count { return "" }
        var prefixes: Set<String> = []
        for name in known.keys {
            let parts = name.split(separator: "/")
            for length in stride(from: 1, through: min(2, parts.count - 1), by: 1) {
                prefixes.insert(parts[..<length].joined(separator: "/") + "/")
            }
        }
        for prefix in prefixes.sorted() where count(prefix) > best.count { best = (prefix, count(prefix)) }
        return best.prefix
    }
}
