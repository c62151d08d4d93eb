import Foundation
import ThawFormats

/// Keras's files of weights.
extension StoredWeights {
    /// The weights in a `.keras` file.
    init(archive: ZipArchive) throws {
        let file = try HDF5File(
            archive.read(KerasArchive.weights), file: "\(archive.file)/\(KerasArchive.weights)")
        try self.init(variables: file, file: archive.file, format: .kerasArchive)
        guard archive.entry(named: KerasArchive.configuration) != nil else { return }
        let text = try archive.read(KerasArchive.configuration, limit: KerasArchive.largestDescription)
        let described = NormalizationSettings.described(
            by: try JSONValue(parsing: Data(text), file: "\(archive.file)/\(KerasArchive.configuration)"))
        settings = Dictionary(described.map { ($0.place, $0.settings) }) { $1 }
    }

    /// The weights in an HDF5 file, in either of Keras's layouts.
    init(_ hdf5: HDF5File, file: String) throws {
        if try hdf5.root.attributes.strings(named: "layer_names") != nil {
            try self.init(layers: hdf5.root, configuration: nil, file: file)
            return
        }
        if case .group(let group)? = try hdf5.root["model_weights"] {
            let text = try hdf5.root.attributes["model_config"]?.string
            let configuration = try text.map { try JSONValue(parsing: Data($0.utf8), file: file) }
            try self.init(layers: group, configuration: configuration, file: file)
            return
        }
        try self.init(variables: hdf5, file: file, format: .kerasVariables)
    }

    /// Keras 3's layout, `layers/conv2d/vars/0`.
    private init(variables hdf5: HDF5File, file: String, format: WeightFileFormat) throws {
        var names: [String: String] = [:]
        let weights = try hdf5.root.datasets().compactMap { dataset -> StoredWeight? in
            var parts = dataset.path.split(separator: "/").map(String.init)
            // Deeper than any model; looking up each part of very long paths takes very long.
            guard (2...Self.largestDepth).contains(parts.count), parts.popLast().flatMap({ Int($0) }) != nil,
                parts.popLast() == "vars"
            else { return nil }
            for count in stride(from: 1, through: parts.count, by: 1) {
                let place = parts[..<count].joined(separator: "/")
                guard names[place] == nil, case .group(let group)? = try hdf5.root["\(place)/vars"] else {
                    continue
                }
                names[place] = try group.attributes["name"]?.string
            }
            let place = parts.map { $0 == Self.oldLayerList ? "layers" : $0 }
            return try StoredWeight(dataset.path, dataset, layer: place.joined(separator: "/"))
        }
        guard !weights.isEmpty else {
            throw FormatError(
                .unsupported, file: file, what: "this HDF5 file holds no weights of Keras",
                expected: "the attribute layer_names, the group model_weights, or arrays called vars/0",
                got: try hdf5.root.names.prefix(8).map { "\"\($0.prefix(80))\"" }.joined(separator: ", "))
        }
        self.init(file: file, format: format, weights: weights, structure: .variables(names: names))
    }

    /// The most parts of a path.
    private static let largestDepth = 128

    /// Keras 2's layout: a group for each layer, whose attribute `weight_names` lists its arrays.
    private init(layers group: HDF5Group, configuration: JSONValue?, file: String) throws {
        var names = try group.attributes.strings(named: "layer_names") ?? []
        if let twice = Dictionary(grouping: names, by: { $0 }).filter({ $1.count > 1 }).keys.min() {
            throw FormatError(
                .malformed, file: file, what: "two layers are called \"\(twice.prefix(200))\"",
                remedy: "Give each layer a name of its own and save again")
        }
        if try group[KerasLayerGroups.ownGroup] != nil { names.append(KerasLayerGroups.ownGroup) }
        var weights: [StoredWeight] = []
        var layers: [(name: String, weights: [Int])] = []
        for name in names {
            let inner = try group.group(name)
            let arrays = try inner.attributes.strings(named: "weight_names") ?? []
            if let twice = Dictionary(grouping: arrays, by: { $0 }).filter({ $1.count > 1 }).keys.min() {
                throw FormatError(
                    .malformed, file: file,
                    what: "layer \(name) has the array \"\(twice.prefix(200))\" twice",
                    remedy: "Save again")
            }
            layers.append((name, Array(weights.count..<weights.count + arrays.count)))
            for array in arrays {
                weights.append(
                    try StoredWeight("\(name)/\(array)", inner.dataset(array), layer: nil))
            }
        }
        self.init(file: file, format: .kerasLayers, weights: weights, structure: .layers(layers))
        guard let configuration else { return }
        takeSettings(NormalizationSettings.described(by: configuration), layers)
    }

    /// How many names of models and layers an array's own name is compared with.
    private static let mostNames = 4

    /// Finds the arrays of normalization layers. The names of arrays inside a model tell its layers by as much of their path as
    /// was known when they were made: `bn/gamma:0` or `body/bn/gamma:0`, where any name may hold slashes itself. A name that
    /// several layers of other settings have tells nothing.
    private mutating func takeSettings(
        _ described: [NormalizationSettings.Described], _ layers: [(name: String, weights: [Int])]
    ) {
        var known: [String: NormalizationSettings] = [:]
        var ambiguous: Set<String> = []
        for layer in described {
            let top = layer.names[0]
            let inner = layer.names.count > 1
            for start in layer.names.indices.suffix(Self.mostNames) {
                let key = inner ? "\(top)/\(layer.names[start...].joined(separator: "/"))" : top
                if let other = known.updateValue(layer.settings, forKey: key), other != layer.settings {
                    ambiguous.insert(key)
                }
            }
        }
        for key in ambiguous { known[key] = nil }
        settings = known
        for (name, places) in layers {
            for place in places {
                let array = weights[place].name.dropFirst(name.count + 1)
                let owner = array.split(separator: "/").dropLast().prefix(Self.largestDepth)
                weights[place].layer =
                    known[name] != nil
                    ? name
                    : owner.indices.lazy.map { "\(name)/\(owner[$0...].joined(separator: "/"))" }
                        .first { known[$0] != nil }
            }
        }
    }
}
