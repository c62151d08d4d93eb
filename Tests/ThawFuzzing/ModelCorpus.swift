import Foundation
import Thaw
import ThawFormats
import ThawTensor

/// Whole models to be damaged: small, and between them with most of what a description can say.
struct ModelCorpus: Sendable {
    /// Archives of Keras 3, some with the state of a training.
    let archives: [ArchiveParts]
    /// Whole models in HDF5.
    let models: [LegacyParts]
    /// Files of weights.
    let weights: [[UInt8]]

    init() throws {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "thaw-corpus-\(ProcessInfo.processInfo.processIdentifier)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let url = folder.appending(path: "model.keras")
        var archives: [ArchiveParts] = []
        var models = [try LegacyParts.keras2()]
        for model in try [Self.images(), Self.functional(), Self.trained()] {
            try model.save(to: url)
            let archive = try ArchiveParts(ZipArchive(url))
            archives.append(archive)
            models.append(try LegacyParts(model, archive))
        }
        self.archives = archives
        self.models = models
        weights = archives.map { $0.contents("model.weights.h5") }
    }

    private static func images() throws -> Model {
        let model = Sequential(seed: 1, name: "images") {
            Conv2D(4, kernelSize: 3, padding: .same, kernelRegularizer: .l2(0.01), inputShape: [6, 6, 2])
            BatchNormalization()
            ReLU(maxValue: 6)
            MaxPooling2D(poolSize: 2)
            DepthwiseConv2D(kernelSize: 2, activation: .swish)
            SeparableConv2D(4, kernelSize: 1)
            Conv2DTranspose(4, kernelSize: 2, strides: 2, padding: .same, outputPadding: 1)
            UpSampling2D(2, interpolation: .bilinear)
            Normalization()
            Dropout(0.1, noiseShape: [nil, 1, 1, 1])
            RandomFlip()
            RandomZoom(height: .between(-0.1, 0.2), fill: .constant(1))
            RandomErasing(fillValue: [1])
            RandomCrop(height: 5, width: 5)
            SpatialDropout2D(0.1)
            GroupNormalization(groups: 2)
            AveragePooling2D(poolSize: 2, strides: 1, padding: .same)
            Flatten()
            AlphaDropout(0.1)
            Dense(3, activation: .softmax, kernelConstraint: .maxNorm(2))
        }
        try model.compile(
            optimizer: .adam(learningRate: .exponentialDecay(from: 0.01, steps: 10, rate: 0.9)),
            loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        var stream = RandomStream(seed: 2)
        try model.fit(
            stream.normalTensor([4, 6, 6, 2]), Tensor([0, 1, 2, 1] as [Int32]), batchSize: 4,
            verbosity: .silent)
        return model
    }

    private static func functional() throws -> Model {
        let inner = Sequential(seed: 3, name: "inner") {
            Dense(4, activation: .elu, inputShape: [4])
            LayerNormalization()
        }
        let left = Input(shape: [4], name: "left")
        let right = Input(shape: [4], name: "right")
        let (first, second) = (try inner(left), try inner(right, mode: .inference))
        let sum = try Add()(first, second)
        let joined = try Concatenate()(sum, Multiply()(first, second))
        let output = try Dense(1, name: "score")(Dropout(0.3)(PReLU()(Reshape([2, 4])(joined))))
        let model = try Model(
            inputs: [left, right], outputs: [Flatten(name: "flat")(output), joined], seed: 4,
            name: "functional")
        try model.compile(
            optimizer: .sgd(
                learningRate: .piecewiseConstantDecay(boundaries: [5, 9], values: [0.3, 0.2, 0.1]),
                momentum: 0.9),
            losses: [.meanSquaredError, .huber], lossWeights: [1, 0.5], metrics: [[], [.meanAbsoluteError]])
        return model
    }

    private static func trained() throws -> Model {
        let model = Sequential(seed: 5, name: "trained") {
            Dense(3, activation: .elu, kernelInitializer: .orthogonal(), inputShape: [4])
            GaussianNoise(standardDeviation: 0.1)
            LeakyReLU()
            Dense(1, activation: .sigmoid)
        }
        try model.compile(
            optimizer: .nadam().averaging(), loss: .binaryCrossentropy, metrics: [.auc, .precision, .recall])
        var stream = RandomStream(seed: 6)
        try model.fit(
            stream.normalTensor([4, 4]), Tensor([[0], [1], [1], [0]] as [[Float]]), batchSize: 2,
            verbosity: .silent)
        model.layers[0].freeze()
        return model
    }
}

/// An archive taken apart.
struct ArchiveParts: Sendable {
    private let items: [(name: String, contents: [UInt8])]

    init(_ archive: ZipArchive) throws {
        items = try archive.entries.map { ($0.name, try archive.read($0.name)) }
    }

    private init(items: [(name: String, contents: [UInt8])]) { self.items = items }

    func contents(_ name: String) -> [UInt8] { items.first { $0.name == name }?.contents ?? [] }

    func changing(_ name: String, _ change: ([UInt8]) throws -> [UInt8]) rethrows -> ArchiveParts {
        ArchiveParts(items: try items.map { $0.name == name ? ($0.name, try change($0.contents)) : $0 })
    }

    func bytes() throws -> [UInt8] {
        try ZipArchive.bytes(of: items.map { ZipArchive.Item($0.name, contents: $0.contents) })
    }
}

/// A whole model in HDF5, taken apart.
struct LegacyParts: Sendable {
    private let version: String
    var description: JSONValue
    var training: JSONValue?
    private let layers: [(name: String, arrays: [(name: String, tensor: Tensor)])]

    /// A model and its description in an archive of Keras 3.
    init(_ model: Model, _ archive: ArchiveParts) throws {
        version = "3.15.1"
        description = try JSONValue(parsing: Data(archive.contents("config.json")), file: "config.json")
        training = description["compile_config"]
        layers = model.layers.map { layer in
            let name = model.name(of: layer)
            let leaves =
                layer is Model
                ? layer.sublayers.map { ((layer as? Model)?.name(of: $0) ?? "", $0) } : [(name, layer)]
            let arrays = leaves.flatMap { leafName, leaf in
                (leaf.parameters.filter { $0.role == .weight } + leaf.parameters.filter { $0.role != .weight })
                    .map { (name: "\(leafName)/\($0.name):0", tensor: $0.value) }
            }
            return (name: name, arrays: arrays)
        }
    }

    private init(
        version: String, description: JSONValue, training: JSONValue?,
        layers: [(name: String, arrays: [(name: String, tensor: Tensor)])]
    ) {
        self.version = version
        self.description = description
        self.training = training
        self.layers = layers
    }

    /// A model as Keras 2 described it.
    static func keras2() throws -> LegacyParts {
        func dense(_ name: String, _ units: Int, _ activation: String, _ calls: JSONValue) -> JSONValue {
            [
                "class_name": "Dense", "name": .string(name), "inbound_nodes": calls,
                "config": [
                    "name": .string(name), "trainable": true, "dtype": "float32", "units": .integer(units),
                    "activation": .string(activation), "use_bias": true, "kernel_regularizer": .null,
                    "kernel_initializer": ["class_name": "GlorotUniform", "config": ["seed": .null]],
                    "bias_initializer": ["class_name": "Zeros", "config": [:]],
                ],
            ]
        }
        func call(_ names: (String, Int)...) -> JSONValue {
            .array(names.map { [.string($0.0), .integer($0.1), 0, [:]] })
        }
        let input: JSONValue = [
            "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
            "config": ["name": "x", "batch_input_shape": [.null, 4], "dtype": "float32", "sparse": false],
        ]
        let add: JSONValue = [
            "class_name": "Add", "name": "add",
            "config": ["name": "add", "trainable": true, "dtype": "float32"],
            "inbound_nodes": [call(("d1", 0), ("d1", 1))],
        ]
        let description: JSONValue = [
            "class_name": "Functional",
            "config": [
                "name": "model", "input_layers": [["x", 0, 0]], "output_layers": [["d3", 0, 0]],
                "layers": [
                    input, dense("d1", 4, "hard_sigmoid", [call(("x", 0)), call(("d1", 0))]), add,
                    dense("d3", 2, "softmax", [call(("add", 0))]),
                ],
            ],
        ]
        let training: JSONValue = [
            "optimizer_config": [
                "class_name": "Adam",
                "config": ["name": "Adam", "learning_rate": 0.001, "decay": 0.01, "amsgrad": false],
            ],
            "loss": "categorical_crossentropy", "metrics": [["accuracy"]], "weighted_metrics": .null,
            "loss_weights": .null,
        ]
        return LegacyParts(
            version: "2.6.0", description: description, training: training,
            layers: [
                ("x", []), ("d1", [("d1/kernel:0", .zeros([4, 4])), ("d1/bias:0", .zeros([4]))]), ("add", []),
                ("d3", [("d3/kernel:0", .zeros([4, 2])), ("d3/bias:0", .zeros([2]))]),
            ])
    }

    func bytes() throws -> [UInt8] {
        var writer = HDF5Writer()
        // A description that an attribute cannot hold is cut off.
        try writer.setAttribute("model_config", string: String(description.text.prefix(60_000)))
        try writer.setAttribute("keras_version", string: version)
        if let training {
            try writer.setAttribute("training_config", string: String(training.text.prefix(60_000)))
        }
        try writer.addGroup("model_weights")
        try writer.setAttribute("layer_names", strings: layers.map(\.name), at: "model_weights")
        for layer in layers {
            try writer.addGroup("model_weights/\(layer.name)")
            try writer.setAttribute(
                "weight_names", strings: layer.arrays.map(\.name), at: "model_weights/\(layer.name)")
            for array in layer.arrays {
                try writer.add(array.tensor, at: "model_weights/\(layer.name)/\(array.name)")
            }
        }
        return try writer.bytes()
    }
}
