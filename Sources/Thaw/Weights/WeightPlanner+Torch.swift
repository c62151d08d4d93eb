/// PyTorch's names and layouts.
extension WeightPlanner {
    /// What parallel and compiled modules put in front of names.
    private static let wrappers = ["module/", "_orig_mod/"]

    private static let kinds: Set<String> = ["weight", "bias", "running_mean", "running_var"]

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

    /// One parameter after the other. What is a weight there is never taken for a moving mean here.
    func inOrderOfTorch() -> WeightPlan {
        var plan = inOrder(Array(stored.weights.indices), layouts: layouts)
        for (place, target) in targets.enumerated() {
            guard let entry = plan.places[place] else { continue }
            let kind = stored.weights[entry].name.split(separator: ".").last.map(String.init) ?? ""
            let own = TorchLayout.name(of: target.parameter).split(separator: "/").last.map(String.init)
            if Self.kinds.contains(kind), kind != own {
                plan.places[place] = nil
            }
        }
        return plan
    }

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
        let all = Set(wanted.flatMap(\.self))
        var counts: [String: Int] = [:]
        for name in known.keys {
            if all.contains(name) { counts["", default: 0] += 1 }
            var rest = Substring(name)
            for _ in 0..<2 {
                guard let slash = rest.firstIndex(of: "/") else { break }
                rest = rest[rest.index(after: slash)...]
                if all.contains(String(rest)) {
                    counts[String(name[..<rest.startIndex]), default: 0] += 1
                }
            }
        }
        let most = counts.values.max() ?? 0
        if most == counts[""] { return "" }
        return counts.filter { $0.value == most }.keys.min() ?? ""
    }
}
