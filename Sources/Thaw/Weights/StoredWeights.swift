import Foundation
import ThawFormats
import ThawTensor

/// An array in a file of weights.
struct StoredWeight {
    /// The name in the file.
    let name: String
    let shape: [Int]
    /// nil for what is no number.
    let dtype: DType?
    /// What errors call the type of the elements.
    let typeName: String
    /// Which layer of the file's own model it is of, as `StoredWeights.settings` has it.
    var layer: String?
    let read: () throws -> Tensor

    /// An array that is in memory.
    init(_ name: String, _ tensor: Tensor) {
        self.name = name
        shape = tensor.shape
        dtype = tensor.dtype
        typeName = tensor.dtype.rawValue
        read = { tensor }
    }

    /// An array that is read when it is asked for.
    init(_ name: String, _ dataset: HDF5Dataset, layer: String?) throws {
        self.name = name
        shape = dataset.shape ?? [0]
        dtype = try dataset.dtype
        typeName = try dtype?.rawValue ?? "\(dataset.elementType)"
        self.layer = layer
        read = { try dataset.readTensor() }
    }
}

/// What a file of weights holds: names, shapes and types of arrays, and how they belong together.
struct StoredWeights {
    /// How arrays belong to layers.
    enum Structure {
        /// Thaw's paths.
        case paths(isOrdered: Bool)
        /// PyTorch's names and layouts.
        case torch(isOrdered: Bool)
        /// Keras 3's numbered variables; the names of layers for `path` without `/vars/0`, where known.
        case variables(names: [String: String])
        /// Keras 2's layers, each with the places of its arrays in `weights`.
        case layers([(name: String, weights: [Int])])
    }

    let file: String
    let format: WeightFileFormat
    var weights: [StoredWeight]
    var structure: Structure
    /// What the file says about normalization layers, by `StoredWeight.layer`.
    var settings: [String: NormalizationSettings] = [:]
    /// Names of entries that have no use.
    var ignored: [String] = []

    init(file: String, format: WeightFileFormat, weights: [StoredWeight], structure: Structure) {
        self.file = file
        self.format = format
        self.weights = weights
        self.structure = structure
    }

    /// Looks into a file. Arrays of HDF5 files are read later.
    ///
    /// - Throws: `TrainingError.invalidArgument` for an ending that no file of weights has; `FormatError` for a file that cannot be read,
    ///   is damaged or holds no weights.
    static func open(_ url: URL) throws -> StoredWeights {
        guard WeightFileFormat.readableEndings.contains(url.pathExtension.lowercased()) else {
            let endings = WeightFileFormat.readableEndings.map { ".\($0)" }.joined(separator: ", ")
            throw TrainingError.invalidArgument(
                "loadWeights: \(url.path) has none of the endings of files of weights, which are \(endings). Rename the file if it is one."
            )
        }
        let file = url.path
        // Each tensor goes straight into its memory; the file as a whole would be read in vain.
        if (try? FileFormat.detect(url)) == .safetensors {
            return try StoredWeights(safetensors: SafetensorsFile.read(url), file: file).nonEmpty()
        }
        let bytes = try FileBytes.read(path: file)
        let result: StoredWeights
        switch try WeightFileFormat.ofContents(bytes, file: file) {
        case .safetensors:
            result = try StoredWeights(safetensors: SafetensorsFile.read(bytes, file: file), file: file)
        case .npz: result = try StoredWeights(npz: NPZFile.read(bytes, file: file), file: file)
        case .torch: result = try StoredWeights(torch: TorchCheckpoint.read(bytes, file: file), file: file)
        case .kerasArchive: result = try StoredWeights(archive: ZipArchive(bytes, file: file))
        default: result = try StoredWeights(HDF5File(bytes, file: file), file: file)
        }
        return try result.nonEmpty()
    }

    private func nonEmpty() throws -> StoredWeights {
        guard !weights.isEmpty else {
            throw FormatError(
                .unsupported, file: file, what: "the file holds no weights", expected: "arrays",
                remedy: "Check which file it is")
        }
        return self
    }

    private init(safetensors contents: SafetensorsFile.Contents, file: String) {
        self.file = file
        format = .safetensors
        weights = contents.tensors.sorted { $0.key < $1.key }.map { StoredWeight($0, $1) }
        // What PyTorch's programs write there.
        structure =
            contents.metadata["format"] == "pt" ? .torch(isOrdered: false) : .paths(isOrdered: false)
    }

    private init(npz contents: NPZFile.Contents, file: String) {
        self.file = file
        format = .npz
        weights = contents.names.compactMap { name in contents.tensors[name].map { StoredWeight(name, $0) } }
        structure = .paths(isOrdered: true)
    }

    private init(torch checkpoint: TorchCheckpoint, file: String) {
        self.file = file
        format = .torch
        weights = checkpoint.tensors.map { StoredWeight($0.name, $0.tensor) }
        structure = .torch(isOrdered: true)
        let prefix = checkpoint.path.map { "\($0)." }.joined()
        ignored = checkpoint.leftOut.filter { $0.name.hasPrefix(prefix) }.map {
            "\($0.name.dropFirst(prefix.count)) (\($0.object))"
        }
    }

    /// Moves entries that no model has a use for to `ignored`.
    ///
    /// - Parameter rename: what the caller wants entries to be called.
    mutating func leaveOut(renaming rename: (String) -> String?) {
        var places = [Int?](repeating: nil, count: weights.count)
        var kept: [StoredWeight] = []
        for (place, weight) in weights.enumerated() {
            if isUseless(weight.name) || rename(weight.name) == nil {
                ignored.append(weight.name)
            } else {
                places[place] = kept.count
                kept.append(weight)
            }
        }
        weights = kept
        if case .layers(let layers) = structure {
            structure = .layers(layers.map { ($0.name, $0.weights.compactMap { places[$0] }) })
        }
    }

    private func isUseless(_ name: String) -> Bool {
        switch structure {
        case .torch: name == "num_batches_tracked" || name.hasSuffix(".num_batches_tracked")
        // Keras keeps the state of random layers too; ours follows from seeds.
        case .variables: Self.isUselessVariable(name)
        case .layers: name.contains("seed_generator")
        case .paths: false
        }
    }

    /// What Keras 2.13 to 2.15 call the list of layers.
    static let oldLayerList = "_layer_checkpoint_dependencies"

    /// Whether a path of Keras 3's files leads to something other than a layer's parameter.
    static func isUselessVariable(_ path: String) -> Bool {
        path.hasPrefix("optimizer/") || path.contains("seed_generator/") || path.hasPrefix("metrics/")
            || path.hasPrefix("_") && !path.hasPrefix(oldLayerList) || path.contains("compile_metrics")
    }
}
