import Foundation
import Synchronization
import Testing
import ThawFormats

@testable import Thaw

/// Whole models that nobody made in good faith: an error in no time and no memory, never the end of the process.
@Suite struct HostileModelTests {
    /// An archive around a description, with weights that fit a Dense of 2 units on 3 inputs.
    static func archive(
        _ model: JSONValue, compilation: JSONValue? = nil, in folder: TestFolder,
        weights: [(path: String, tensor: Tensor)] = [
            ("layers/dense/vars/0", .zeros([3, 2])), ("layers/dense/vars/1", .zeros([2])),
        ]
    ) throws -> URL {
        var writer = HDF5Writer()
        for weight in weights { try writer.add(weight.tensor, at: weight.path) }
        var description = model
        if let compilation { description["compile_config"] = compilation }
        let url = folder.file("model.keras")
        try ZipArchive.write(
            [
                ZipArchive.Item("metadata.json", contents: Array("{\"keras_version\": \"3.15.1\"}".utf8)),
                ZipArchive.Item("config.json", contents: Array(description.text.utf8)),
                ZipArchive.Item("model.weights.h5", contents: try writer.bytes()),
            ], to: url)
        return url
    }

    static func sequential(_ layers: JSONValue..., input: [Int] = [3]) -> JSONValue {
        let shape = JSONValue.array([.null] + input.map(JSONValue.integer))
        let first: JSONValue = ["class_name": "InputLayer", "config": ["name": "x", "batch_shape": shape]]
        return ["class_name": "Sequential", "config": ["name": "net", "layers": .array([first] + layers)]]
    }

    static func dense(_ units: Int = 2) -> JSONValue {
        ["class_name": "Dense", "config": ["name": "head", "units": .integer(units)]]
    }

    /// A model that calls the one inside it twice, and so on.
    static func nested(_ depth: Int) -> JSONValue {
        let shape: JSONValue = [.null, 3]
        func history(_ layer: String, _ node: Int) -> JSONValue { [.string(layer), .integer(node), 0] }
        let inner: JSONValue =
            depth == 0 ? ["class_name": "ReLU", "config": ["name": "r"]] : nested(depth - 1)
        var layer = inner
        layer["name"] = "m"
        layer["inbound_nodes"] = [[["x", 0, 0, [:]]], [["m", 0, 0, [:]]]]
        return [
            "class_name": "Functional",
            "config": [
                "name": .string("level_\(depth)"), "input_layers": [history("x", 0)],
                "output_layers": [history("m", 1)],
                "layers": [
                    [
                        "class_name": "InputLayer", "name": "x", "inbound_nodes": [],
                        "config": ["name": "x", "batch_shape": shape],
                    ], layer,
                ],
            ],
        ]
    }

    @Test func weightsThatTheFileCannotHoldAreNotAllocated() throws {
        let folder = try TestFolder()
        for units in [1 << 24, 1 << 20] {
            let url = try Self.archive(Self.sequential(Self.dense(units), input: [1 << 16]), in: folder)
            let error = #expect(throws: LayerError.self) { try Model.load(from: url) }
            #expect(error?.description.contains("head") == true, "\(error?.description ?? "")")
            #expect(error?.description.contains("file") == true)
        }
    }

    @Test func modelsThatCallOneAnotherTwiceEnd() throws {
        let folder = try TestFolder()
        #expect(throws: Never.self) {
            try Model.load(from: Self.archive(Self.nested(3), in: folder, weights: [("_none", .zeros([1]))]))
        }
        let url = try Self.archive(Self.nested(30), in: folder)
        let start = ContinuousClock.now
        let error = #expect(throws: (any Error).self) { try Model.load(from: url) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("calls"))
        #expect(ContinuousClock.now - start < .seconds(10))
    }

    @Test(arguments: [[1 << 24, 1 << 24, 1 << 24], [1 << 24, 1 << 14]]) func absurdInputsAreRefused(
        _ shape: [Int]
    ) throws {
        let folder = try TestFolder()
        let layer: JSONValue = ["class_name": "Flatten", "config": ["name": "flat"]]
        let error = #expect(throws: SavedModelError.self) {
            try Model.load(from: Self.archive(Self.sequential(layer, input: shape), in: folder))
        }
        #expect(error?.description.contains("memory") == true)
        var functional = Self.nested(0)
        let layers = functional["config"]?["layers"]?.array ?? []
        var input = layers[0]
        input["config"]?["batch_shape"] = .array([.null] + shape.map(JSONValue.integer))
        functional["config"]?["layers"] = .array([input, layers[1]])
        #expect(throws: SavedModelError.self) {
            try Model.load(from: Self.archive(functional, in: folder))
        }
    }

    /// Sums of broadcast values multiply sizes.
    @Test func absurdValuesBetweenLayersAreRefused() throws {
        let reader = KerasModelReader(kerasVersion: 3, customLayers: [])
        func input(_ name: String, _ shape: JSONValue) -> JSONValue {
            [
                "class_name": "InputLayer", "name": .string(name), "inbound_nodes": [],
                "config": ["name": .string(name), "batch_shape": shape],
            ]
        }
        let model: JSONValue = [
            "class_name": "Functional",
            "config": [
                "name": "net", "input_layers": [["a", 0, 0], ["b", 0, 0]], "output_layers": [["s", 0, 0]],
                "layers": [
                    input("a", [.null, 16_777_216, 4096, 1, 1]), input("b", [.null, 1, 1, 16_777_216, 4096]),
                    [
                        "class_name": "Add", "name": "s", "config": ["name": "s"],
                        "inbound_nodes": [[["a", 0, 0, [:]], ["b", 0, 0, [:]]]],
                    ],
                ],
            ],
        ]
        let error = #expect(throws: (any Error).self) { try reader.model(from: model) }
        #expect("\(error.map { "\($0)" } ?? "")".contains("memory"))
    }

    /// Whatever a layer's first values cost, the file's replace them.
    @Test func loadingDrawsNoFirstValues() throws {
        let folder = try TestFolder()
        CountedLayer.draws.store(0, ordering: .relaxed)
        let sequential = Sequential(seed: 1) { CountedLayer(inputShape: [3]) }
        let input = Input(shape: [3])
        let functional = try Model(inputs: [input], outputs: [CountedLayer()(input)], seed: 2)
        for model in [sequential, functional] as [Model] {
            let before = CountedLayer.draws.load(ordering: .relaxed)
            try model.save(to: folder.file("model.keras"))
            #expect(CountedLayer.draws.load(ordering: .relaxed) - before <= 1)
            let saved = CountedLayer.draws.load(ordering: .relaxed)
            let copy = try Model.load(from: folder.file("model.keras"), customLayers: [CountedLayer.self])
            #expect(copy.weights[0].isBitwiseEqual(to: model.weights[0]))
            #expect(CountedLayer.draws.load(ordering: .relaxed) == saved)
            // What is built later draws as ever, from the seed that was saved.
            let other = CountedLayer(inputShape: [3])
            _ = Sequential([other], seed: 1).weights
            #expect(CountedLayer.draws.load(ordering: .relaxed) == saved + 1)
        }
    }

    @Test func aStateOfTheOptimizerThatDoesNotFitIsNoReasonToLoseTheModel() throws {
        let folder = try TestFolder()
        let url = try Self.archive(
            Self.sequential(Self.dense()),
            compilation: ["optimizer": ["class_name": "Adam", "config": [:]], "loss": "mse"], in: folder,
            weights: [
                ("layers/dense/vars/0", .zeros([3, 2])), ("layers/dense/vars/1", .zeros([2])),
                ("optimizer/vars/0", .zeros([])), ("optimizer/vars/1", .zeros([])),
                ("optimizer/vars/2", .zeros([3, 2])),
            ])
        let error = #expect(throws: SavedModelError.self) { try Model.load(from: url) }
        #expect(error?.description.contains("compiled: false") == true)
        #expect(try Model.load(from: url, compiled: false).parameterCount == 8)
    }

    // MARK: - Weights

    /// No file can be blamed for a training that failed: what is in it is what is loaded.
    @Test func weightsThatAreNoNumbersAreLoadedAsTheyAre() throws {
        let folder = try TestFolder()
        let bias = Tensor([.nan, .infinity] as [Float])
        let url = try Self.archive(
            Self.sequential(Self.dense()), in: folder,
            weights: [("layers/dense/vars/0", .zeros([3, 2])), ("layers/dense/vars/1", bias)])
        #expect(try Model.load(from: url).weights[1].isBitwiseEqual(to: bias))
    }

    @Test func weightsOfOtherShapesOrNamesAreNamed() throws {
        let folder = try TestFolder()
        func error(_ weights: [(path: String, tensor: Tensor)]) throws -> String {
            let url = try Self.archive(Self.sequential(Self.dense()), in: folder, weights: weights)
            return #expect(throws: WeightFileError.self) { try Model.load(from: url) }?.description ?? ""
        }
        let kernel = (path: "layers/dense/vars/0", tensor: Tensor.zeros([3, 2]))
        #expect(try error([kernel]).contains("layers/dense/vars/1"))
        #expect(try error([kernel, ("layers/dense/vars/1", .zeros([3]))]).contains("[3]"))
        #expect(
            try error([kernel, ("layers/dense/vars/1", .zeros([2])), ("layers/other/vars/0", .zeros([2]))])
                .contains("layers/other/vars/0"))
    }

    @Test func layersOfOneNameAreRefused() throws {
        let folder = try TestFolder()
        #expect(throws: (any Error).self) {
            try Model.load(from: Self.archive(Self.sequential(Self.dense(), Self.dense()), in: folder))
        }
    }

    /// Zeros deflate by a factor of a thousand; weights do not.
    @Test func weightsThatUnfoldWithoutMeasureAreRefused() throws {
        let folder = try TestFolder()
        let url = folder.file("model.keras")
        let bomb = [UInt8](repeating: 0, count: 64 << 20)
        try ZipArchive.write(
            [
                ZipArchive.Item("metadata.json", contents: Array("{\"keras_version\": \"3.15.1\"}".utf8)),
                ZipArchive.Item("config.json", contents: Array(Self.sequential(Self.dense()).text.utf8)),
                ZipArchive.Item("model.weights.h5", contents: bomb, isCompressed: true),
            ], to: url)
        let error = #expect(throws: FormatError.self) { try Model.load(from: url) }
        #expect(error?.kind == .tooLarge)
    }
}

/// A layer that counts how often its first value is drawn.
final class CountedLayer: Layer, KerasLayer {
    static let draws = Atomic<Int>(0)
    static var kerasClassName: String { "CountedLayer" }

    static func make(from configuration: KerasConfiguration) throws -> Layer { CountedLayer() }

    func kerasArguments() throws -> [String: JSONValue] { [:] }

    override func build(inputShape: [Int]) throws {
        try addWeight(
            name: "scale", shape: [inputShape[inputShape.count - 1]],
            initializer: Initializer(name: "counted") { shape, stream in
                Self.draws.add(1, ordering: .relaxed)
                return stream.normalTensor(shape)
            })
    }

    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input * context.read(parameters[0])
    }

    override func cloned() throws -> Layer { CountedLayer() }
}
