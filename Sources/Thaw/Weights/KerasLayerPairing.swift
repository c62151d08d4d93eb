/// Gives the arrays that Keras 2's files list for one layer to the parameters of one layer of a model.
///
/// For a model inside a model Keras lists what is trained first, so that the order depends on what was frozen when it was saved.
/// Two frozen Batch Normalizations of one size then look like two others; so no order is taken in which an array is something
/// else than the parameter, or in which the arrays of one layer go to two.
struct KerasLayerPairing {
    typealias Pair = (target: Int, entry: Int)

    private struct Array {
        let entry: Int
        let shape: [Int]
        /// What it is, by the end of its name: `conv/depthwise_kernel:0` is a kernel.
        let kind: String
        /// The layer that its name says.
        let owner: String
    }

    private static let kinds: Set<String> = [
        "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance", "alpha", "depthwise_kernel",
        "pointwise_kernel",
    ]

    private let group: KerasLayerGroups.Group
    private let targets: [WeightTarget]
    private let arrays: [Array]

    init(
        _ group: KerasLayerGroups.Group, _ targets: [WeightTarget], _ entries: [Int], _ stored: StoredWeights
    ) {
        self.group = group
        self.targets = targets
        let arrays = entries.map { entry in
            let weight = stored.weights[entry]
            let parts = weight.name.split(separator: "/")
            return Array(
                entry: entry, shape: weight.shape, kind: String((parts.last ?? "").prefix { $0 != ":" }),
                owner: parts.dropLast().joined(separator: "/"))
        }
        // Keras 2 calls the only kernel of a depthwise convolution so; a separable one has two.
        let separable = Set(arrays.filter { $0.kind == "pointwise_kernel" }.map(\.owner))
        self.arrays = arrays.map { array in
            guard array.kind == "depthwise_kernel", !separable.contains(array.owner) else { return array }
            return Array(entry: array.entry, shape: array.shape, kind: "kernel", owner: array.owner)
        }
    }

    /// As Keras does by default, in whichever order fits.
    var byOrder: [Pair] {
        let fitting = orders.first { agrees($0) && hasShapes($0) }
        if let fitting { return pairs(fitting) }
        let named = byEnds
        if named.count == group.targets.count { return named }
        return byOwners ?? orders.first(where: agrees).map(pairs) ?? named
    }

    /// By names below the layer, too, as far as they agree.
    var byNames: [Pair] {
        let named = byEnds
        if named.count == group.targets.count { return named }
        let fitting = orders.first { agrees($0) && hasShapes($0) }
        if let fitting { return pairs(fitting) }
        return byOwners ?? (named.isEmpty ? orders.first(where: agrees).map(pairs) ?? [] : named)
    }

    private func pairs(_ order: [Int]) -> [Pair] {
        zip(order, arrays).map { (target: $0, entry: $1.entry) }
    }

    /// The orders in which Keras may have written the layer.
    private var orders: [[Int]] {
        let places = group.targets
        let weights = places.filter { targets[$0].parameter.role == .weight }
        let others = places.filter { targets[$0].parameter.role != .weight }
        return [KerasLayerGroups.ordered(places, targets), weights + others, places]
    }

    /// Whether every array is what the parameter is, as far as its name says, and the arrays of a layer stay together.
    private func agrees(_ order: [Int]) -> Bool {
        guard order.count == arrays.count else { return false }
        var owners: [String: String] = [:]
        return zip(order, arrays).allSatisfy { place, array in
            let owner = owners[targets[place].layerPath, default: array.owner]
            owners[targets[place].layerPath] = owner
            return (!group.isContainer || owner == array.owner)
                && (array.kind == targets[place].parameter.name || !Self.kinds.contains(array.kind))
        }
    }

    private func hasShapes(_ order: [Int]) -> Bool {
        zip(order, arrays).allSatisfy { targets[$0].parameter.shape == $1.shape }
    }

    /// Pairs by the ends of names: in a layer by what an array is, in a model also by the layer.
    private var byEnds: [Pair] {
        func last(_ path: String) -> Substring { path.split(separator: "/").last ?? "" }
        func key(_ kind: String, _ owner: String) -> String {
            group.isContainer ? "\(last(owner))/\(kind)" : kind
        }
        let known = Dictionary(grouping: arrays) { key($0.kind, $0.owner) }
        var taken: Set<Int> = []
        var result: [Pair] = []
        for place in group.targets {
            let target = targets[place]
            var fitting = known[key(target.parameter.name, target.layerPath)] ?? []
            // The one that agrees in more than the last part, if several agree in that.
            if fitting.count > 1 {
                let own = target.layerPath.dropFirst(group.name.count + 1)
                let exact = fitting.filter { $0.owner == own }
                fitting = exact.isEmpty ? fitting.filter { $0.owner.hasSuffix("/\(own)") } : exact
            }
            guard fitting.count == 1, taken.insert(fitting[0].entry).inserted else { continue }
            result.append((place, fitting[0].entry))
        }
        return result
    }

    /// Pairs the layers of a model with those that the names of arrays say, by kinds and shapes alone, if that leaves no
    /// choice; nil otherwise.
    private var byOwners: [Pair]? {
        func text(_ kind: String, _ shape: [Int]) -> String { "\(kind) \(shape)" }
        let theirs = Dictionary(grouping: arrays, by: \.owner).values
        let bySignature = Dictionary(grouping: theirs) { Set($0.map { text($0.kind, $0.shape) }) }
        var result: [Pair] = []
        for places in Dictionary(grouping: group.targets, by: { targets[$0].layerPath }).values {
            let signature = Set(
                places.map { text(targets[$0].parameter.name, targets[$0].parameter.shape) })
            guard let fitting = bySignature[signature], fitting.count == 1 else { return nil }
            for place in places {
                guard let array = fitting[0].first(where: { $0.kind == targets[place].parameter.name })
                else { return nil }
                result.append((place, array.entry))
            }
        }
        return Set(result.map(\.entry)).count == arrays.count ? result : nil
    }
}
