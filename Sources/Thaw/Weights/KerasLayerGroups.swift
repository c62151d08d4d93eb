import ThawFormats

/// The layers of a model as Keras 2's files have them: those of the outermost list, each with the parameters of all that is
/// in it.
struct KerasLayerGroups {
    /// The name of the group for the model's own parameters.
    static let ownGroup = "top_level_model_weights"

    struct Group {
        let name: String
        /// Whether the name was given automatically.
        let isAutomatic: Bool
        /// Whether this is a model, or another layer with layers inside.
        let isContainer: Bool
        /// Places in the list of targets.
        let targets: [Int]
    }

    /// In Keras's order; groups without parameters included, that of the model's own at the end if it has any.
    let groups: [Group]

    init(of root: Layer, _ targets: [WeightTarget]) {
        guard !root.sublayers.isEmpty else {
            groups = [
                Group(name: root.name, isAutomatic: true, isContainer: false, targets: Array(targets.indices))
            ]
            return
        }
        // By identity, since names may hold slashes.
        var places: [ObjectIdentifier: Int] = [:]
        for (place, target) in targets.enumerated() { places[ObjectIdentifier(target.parameter)] = place }
        var seen: Set<ObjectIdentifier> = []
        var groups = root.sublayers.filter { seen.insert(ObjectIdentifier($0)).inserted }.map { layer in
            // What several layers hold belongs to the first.
            let own = layer.allParameters.compactMap { places.removeValue(forKey: ObjectIdentifier($0)) }
            return Group(
                name: root.name(of: layer), isAutomatic: layer.automaticNameBase != nil,
                isContainer: !layer.sublayers.isEmpty, targets: own.sorted())
        }
        if !places.isEmpty {
            groups.append(
                Group(
                    name: Self.ownGroup, isAutomatic: false, isContainer: false,
                    targets: places.values.sorted()))
        }
        self.groups = groups
    }

    /// The order in which Keras writes the parameters of a layer, and expects them: what is trained first.
    static func ordered(_ places: [Int], _ targets: [WeightTarget]) -> [Int] {
        places.filter { targets[$0].parameter.isTrainable }
            + places.filter { !targets[$0].parameter.isTrainable }
    }

    /// Puts everything into a file.
    static func write(_ root: Layer, to file: inout HDF5Writer) throws {
        let targets = WeightTarget.all(in: root)
        let groups = KerasLayerGroups(of: root, targets).groups
        try file.setAttribute("layer_names", strings: groups.map(\.name).filter { $0 != ownGroup })
        try file.setAttribute("backend", string: "tensorflow")
        try file.setAttribute("keras_version", string: "2.15.0")
        let own = groups.contains { $0.name == ownGroup }
        for group in groups
            + (own ? [] : [Group(name: ownGroup, isAutomatic: false, isContainer: false, targets: [])])
        {
            try file.addGroup(group.name)
            var names: [String] = []
            for place in ordered(group.targets, targets) {
                let target = targets[place]
                // Below a model its own name is no part of the array's.
                let path =
                    group.isContainer
                    ? String(target.path.dropFirst(group.name.count + 1))
                    : "\(group.name)/\(target.parameter.name)"
                names.append("\(path):0")
                try file.add(target.parameter.value, at: "\(group.name)/\(path):0")
            }
            try file.setAttribute("weight_names", strings: names, at: group.name)
        }
    }
}
