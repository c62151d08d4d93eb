public import Foundation
import ThawFormats
import ThawTensor

extension Model {
    /// Writes the whole model into one file: structure, weights and statistics, what `compile` was given, the optimizer's
    /// state, and what only Thaw knows, such as the `statistics` of Batch Normalizations.
    ///
    /// The file is Keras 3's own archive. Keras loads it without custom objects and trains on; what it has no place for lies in a
    /// file that it ignores. A slash in a layer's name, which Keras 3 does not take, is an underscore for Keras; Thaw finds the name
    /// again. An optimizer or a loss that Keras lacks leaves the model in the file uncompiled, and a metric that it
    /// lacks is left out; ``savingNotes`` says so.
    ///
    /// ```swift
    /// try model.save(to: URL(filePath: "net.keras"))
    /// let same = try Model.load(from: URL(filePath: "net.keras"))
    /// ```
    ///
    /// - Parameter url: a file whose name ends in `.keras`, in a folder that exists. An old file stays whole until the new one
    ///   is complete.
    /// - Throws: `SavedModelError.notInKeras` for a layer that Keras's files cannot hold; `TrainingError.invalidArgument` for
    ///   another ending; `ModelError.notBuilt`; `FormatError` when the system refuses.
    public final func save(to url: URL) throws {
        guard url.pathExtension == "keras" else {
            throw TrainingError.invalidArgument(
                "save: \(url.path) does not end in .keras, the format of whole models; saveWeights writes weights alone."
            )
        }
        try ensureBuilt()
        var object = try KerasModelWriter().object(for: self)
        if let compilation = kerasCompilation { object["compile_config"] = compilation }
        var weights = HDF5Writer()
        try KerasWeightPaths(of: self).write(to: &weights)
        if let optimizer, kerasCompilation != nil {
            for (number, variable) in KerasOptimizerState(of: self, optimizer).variables.enumerated() {
                try weights.add(variable, at: "\(KerasOptimizerState.path)/\(number)")
            }
            try weights.setAttribute("name", string: optimizer.name, at: KerasOptimizerState.path)
        }
        let metadata: JSONValue = [
            "keras_version": .string(KerasArchive.writtenVersion),
            "date_saved": .string(KerasArchive.date(Date())),
            "made_by": "Thaw",
        ]
        let extras = ThawExtras(of: self)
        var items = [
            ZipArchive.Item(KerasArchive.metadata, contents: Array(metadata.text.utf8)),
            ZipArchive.Item(KerasArchive.configuration, contents: Array(object.text.utf8)),
            ZipArchive.Item(KerasArchive.weights, contents: try weights.bytes()),
            ZipArchive.Item(ThawExtras.file, contents: Array(extras.object.text.utf8)),
        ]
        if !extras.tensors.isEmpty {
            items.append(
                ZipArchive.Item(
                    ThawExtras.tensorFile, contents: try SafetensorsFile.bytes(of: extras.tensors)))
        }
        try ZipArchive.write(items, to: url)
    }

    /// Makes the model that a file holds.
    ///
    /// - Parameters:
    ///   - url: an archive of Keras 3 or of `save(to:)`, whose name ends in `.keras`; or a whole model in HDF5 of Keras 2 or 3, whose name
    ///     ends in `.h5` or `.hdf5`. What Keras 2 meant otherwise, as by `hard_sigmoid`, keeps its meaning.
    ///   - customLayers: layers of your own that occur in it.
    ///   - compiled: whether to compile it as the file says and put back the optimizer's state. An output that the file gives no loss
    ///     is measured only; see `compile(optimizer:losses:lossWeights:metrics:weightedMetrics:step:)`.
    ///   - inputShape: the shape of one sample, without the batch axis, for inputs of which the file leaves sizes open, as
    ///     `keras.Input((None, None, 3))` does.
    /// - Returns: the model. It computes in float32, whatever the file's layers compute in: where that is something else,
    ///   `loadingNotes` say so. Dictionaries of inputs and outputs become lists, in the order of their keys, as in Keras.
    /// - Throws: `SavedModelError` naming the first layer or argument that Thaw lacks, or what it cannot compile, which
    ///   `compiled: false` leaves out; `FormatError` for a file that cannot be read or is damaged; `WeightFileError` if structure
    ///   and weights do not fit each other; `TrainingError.invalidArgument` for a shape that no input has.
    public static func load(
        from url: URL, customLayers: [any KerasLayer.Type] = [], compiled: Bool = true,
        inputShape: [Int]? = nil
    ) throws -> Model {
        let wishes = LoadingWishes(customLayers: customLayers, isCompiled: compiled, inputShape: inputShape)
        let model: Model
        switch url.pathExtension {
        case "keras": model = try KerasArchive(url).model(wishes)
        case "h5", "hdf5": model = try KerasLegacyFile(url).model(wishes)
        default:
            throw TrainingError.invalidArgument(
                "load: \(url.path) ends in neither .keras nor .h5, the formats of whole models.")
        }
        if let inputShape, let shapes = model.inputShapes, !shapes.contains(inputShape) {
            throw TrainingError.invalidArgument(
                "load: no input of the model in \(url.path) has the shape \(inputShape); the file gives them the shapes "
                    + "\(shapes.prefix(20)). inputShape is for sizes that the file leaves open.")
        }
        return model
    }
}

/// What the caller of `load` wants.
struct LoadingWishes {
    let customLayers: [any KerasLayer.Type]
    let isCompiled: Bool
    let inputShape: [Int]?
}

/// A `.keras` file that is being read.
struct KerasArchive {
    static let metadata = "metadata.json"
    static let configuration = "config.json"
    static let weights = "model.weights.h5"
    /// The version of Keras whose format is written.
    static let writtenVersion = "3.15.1"
    /// The largest description that is read.
    static let largestDescription = 64 << 20

    private let archive: ZipArchive

    init(_ url: URL) throws { archive = try ZipArchive(url) }

    func model(_ wishes: LoadingWishes) throws -> Model {
        let metadata = try json(Self.metadata)
        let version = metadata["keras_version"]?.string ?? "3"
        guard let major = Int(version.prefix { $0 != "." }), (2...3).contains(major) else {
            throw FormatError(
                .unsupported, file: archive.file, what: "it is of Keras \(version.prefix(20))",
                expected: "Keras 2 or 3")
        }
        let object = try json(Self.configuration)
        let extras = ThawExtras(
            object: archive.entry(named: ThawExtras.file) == nil ? [:] : try json(ThawExtras.file),
            tensors: archive.entry(named: ThawExtras.tensorFile) == nil
                ? [:] : try SafetensorsFile.read(contents(ThawExtras.tensorFile), file: archive.file).tensors)
        let reader = KerasModelReader(
            kerasVersion: major, customLayers: wishes.customLayers,
            seed: extras.object["seed"]?.string.flatMap { UInt64($0) }, inputShape: wishes.inputShape,
            pins: extras.pins, names: extras.names)
        let model = try reader.model(
            from: object,
            within: LoadingBudget(
                description: archive.entry(named: Self.configuration)?.size ?? 0, weights: archive.byteCount))
        let file = try HDF5File(
            contents(Self.weights), file: "\(archive.file)/\(Self.weights)", contentsLimit: largestContents)
        for (parameter, dataset) in try KerasWeightPaths(of: model).match(
            file, named: archive.file, model: model.name)
        {
            try parameter.assign(dataset.readTensor().cast(to: .float32))
        }
        model.loadingNotes = KerasTypes.notes(on: object)
        if wishes.isCompiled, let compilation = object["compile_config"] {
            try model.compile(keras: compilation, kerasVersion: major)
            if let optimizer = model.optimizer,
                case .group(let group)? = try file.root[KerasOptimizerState.scaledPath]
                    ?? file.root[KerasOptimizerState.path]
            {
                let names = try group.names.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }
                try KerasOptimizerState(of: model, optimizer, kerasVersion: major).restore(
                    names.map { try group.dataset($0).readTensor() })
            }
        }
        try extras.apply(to: model)
        return model
    }

    /// What an entry may unfold to, and all tensors in it: as ``HDF5File`` says of a file.
    private var largestContents: Int { 16 * archive.byteCount + 16 << 20 }

    private func contents(_ name: String) throws -> [UInt8] { try archive.read(name, limit: largestContents) }

    private func json(_ name: String) throws -> JSONValue {
        let limit = min(Self.largestDescription, largestContents)
        return try JSONValue(
            parsing: Data(archive.read(name, limit: limit)), file: "\(archive.file)/\(name)")
    }

    /// A time as Keras writes it, for example `2026-11-21@18:30:00`.
    static func date(_ date: Date) -> String {
        let parts = Calendar(identifier: .gregorian).dateComponents(
            [.year, .month, .day, .hour, .minute, .second], from: date)
        func two(_ value: Int?) -> String { value.map { $0 < 10 ? "0\($0)" : "\($0)" } ?? "00" }
        return
            "\(parts.year ?? 1970)-\(two(parts.month))-\(two(parts.day))@\(two(parts.hour)):\(two(parts.minute)):\(two(parts.second))"
    }
}
