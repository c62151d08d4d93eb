public import ThawEngine
public import ThawGraph
import ThawTensor

/// A layer that can be trained as a whole: `compile`, `fit`, `evaluate`, `predict`.
///
/// Most models are a `Sequential`. Where values branch, meet or are used twice, call layers on values and make
/// a model of what came out:
///
/// ```swift
/// let image = Input(shape: [28, 28, 1])
/// let features = try Conv2D(16, kernelSize: 3, padding: .same, activation: .relu)(image)
/// let more = try Conv2D(16, kernelSize: 3, padding: .same)(features)
/// let sum = try ReLU()(Add()(features, more))
/// let classes = try Dense(10, activation: .softmax)(GlobalAveragePooling2D()(sum))
/// let model = try Model(inputs: [image], outputs: [classes])
/// ```
///
/// For anything else subclass `Model`, give the layers in `sublayers` and compute in `call`. Models nest: a
/// model is a layer.
///
/// A model whose input shape is known (its first layer has an `inputShape`) is built when it is first
/// looked at; any other when it sees its first batch, or by `build(inputShape:)`.
open class Model: Layer {
    /// The seed that was given; nil for a model that took a fresh one.
    final let givenSeed: UInt64?
    /// Where first values, dropout and shuffling start from. The same seed gives the same bits.
    public final internal(set) var seed: UInt64
    /// The engine the model's parameters are made on: the current one when the model was created.
    public final let engine: any Engine
    /// The shape of the output for one sample, without the batch axis; nil until the model is built, or
    /// if it has several.
    public final var outputShape: [Int]? { outputShapes?.count == 1 ? outputShapes?[0] : nil }
    /// The shapes of the inputs for one sample, without the batch axis; nil until the model is built.
    public final private(set) var inputShapes: [[Int]]?
    /// The shapes of the outputs for one sample, without the batch axis; nil until the model is built.
    public final private(set) var outputShapes: [[Int]]?
    /// How the layers are connected, if the model was made of inputs and outputs.
    final let topology: Topology?
    /// The names of those layers that have another one in this model than their own.
    final private(set) var localNames: [ObjectIdentifier: String] = [:]
    /// What was said about the preprocessing of images.
    final var preprocessingSetting = PreprocessingSetting.inherited
    /// The names of inputs and outputs of a model that Keras made with dictionaries of them, in their order.
    final var inputKeys: [String]?
    final var outputKeys: [String]?
    /// What the outputs of a classifier are called, in order; nil if nothing is known.
    ///
    /// Nothing is computed with the names. They are saved with the model, so that who loads it can name what it predicts.
    public final var classNames: [String]?
    /// Whether every parameter inside has its first value.
    final var hasFirstValues = false
    /// What is otherwise here than in the file that the model was loaded from, in sentences: that it computes in another element
    /// type, for example. Empty where there is nothing to say.
    public final internal(set) var loadingNotes: [String] = []
    /// What training keeps between calls: optimizer, loss, compiled steps.
    final var trainingState: TrainingState?

    /// Creates a model.
    ///
    /// - Parameters:
    ///   - seed: where random numbers start from; fresh if nil.
    ///   - name: the name in summaries and, in a model that contains this one, in paths.
    public init(seed: UInt64? = nil, name: String? = nil) {
        self.givenSeed = seed
        self.seed = seed ?? BuildContext.freshSeed()
        self.engine = Runtime.engine
        topology = nil
        super.init(name: name)
    }

    /// Creates a model that computes `outputs` from `inputs`.
    ///
    /// Layers may occur in several models, which then share their parameters; `clone()` does not share them.
    /// The first values of parameters depend on the seed and on the layers' paths.
    ///
    /// - Parameters:
    ///   - inputs: the values that are given: of `Input` layers, or from inside another model to make a model
    ///     of its later part.
    ///   - outputs: the values that are computed; from inside another model to make a model of its first part.
    ///   - seed: where random numbers start from; fresh if nil.
    ///   - name: the name in summaries and, in a model that contains this one, in paths.
    /// - Throws: `ModelError.topology` if an output needs an input that is not given, an input leads to no
    ///   output or is given twice; `ModelError.duplicatePath` if two layers were given the same name.
    public init(
        inputs: [any LayerArgument], outputs: [any LayerArgument], seed: UInt64? = nil, name: String? = nil
    ) throws {
        self.givenSeed = seed
        self.seed = seed ?? BuildContext.freshSeed()
        self.engine = Runtime.engine
        let topology = try Topology(
            inputs: inputs.map(\.layerOutput), outputs: outputs.map(\.layerOutput), model: name ?? "model")
        self.topology = topology
        super.init(name: name)
        try buildIfNeeded(inputShapes: topology.inputs.map { [1] + $0.shape }, as: .deferred)
        if seed != nil { try settleOwnFirstValues() }
    }

    /// The layers, in order: in a model made of inputs and outputs, from the inputs to the outputs, as Keras
    /// orders them, `Input` layers included.
    open var layers: [Layer] { sublayers }

    /// The layers, in order. A subclass of its own arrangement overrides it.
    open override var sublayers: [Layer] { topology?.layers ?? [] }

    /// Computes the outputs. A subclass of its own arrangement overrides it.
    open override func call(
        _ inputs: [SymbolicTensor], context: CallContext
    ) throws -> [SymbolicTensor] {
        guard let topology else { return try super.call(inputs, context: context) }
        return try topology.call(inputs, context: context)
    }

    /// A new model of copies of the layers, connected in the same way. A subclass of its own arrangement
    /// overrides it.
    open override func cloned() throws -> Layer {
        guard topology != nil, type(of: self) == Model.self else { return try super.cloned() }
        return try copied { try Model(inputs: $0, outputs: $1, seed: $2) }
    }

    /// Makes all parameters for inputs of the given shape, by tracing the model once; does nothing if
    /// it is built for that shape.
    ///
    /// - Parameter inputShape: the shape of a batch; the size of axis 0 does not matter.
    /// - Throws: `LayerError` where a shape does not fit, with the layer's path; `ModelError` for paths
    ///   that are not unique, and for another shape than the model was built for or has declared.
    public final override func build(inputShape: [Int]) throws {
        let known = hasBuilt ? inputShapes : knownInputShape.map { [$0] }
        if let known {
            guard let shape = known.first, known.count == 1 else {
                throw ModelError.inputCount(model: name, expected: known.count, got: 1)
            }
            let sample = Array(inputShape.dropFirst())
            guard shape == sample else {
                throw ModelError.otherShape(model: name, known: shape, got: sample)
            }
        }
        try ensureBuilt(inputShapes: [inputShape])
    }

    /// Traces the model once with a batch of one, which builds the layers inside.
    open override func build(inputShapes: [[Int]]) throws {
        let samples = try inputShapes.map { shape in
            guard let batch = shape.first, shape.dropFirst().allSatisfy({ $0 > 0 }) else {
                throw LayerError(
                    "cannot be built for an input of shape \(shape); each size must be at least 1.")
            }
            try InputShape.check(Array(shape.dropFirst()))
            return batch == 1 ? shape : [1] + shape.dropFirst()
        }
        for layer in sublayers { layer.container = self }
        nameLayers()
        let outputs: [[Int]]
        if let topology {
            for layer in topology.inputLayers { try layer.buildIfNeeded(inputShapes: [[]], as: .deferred) }
            outputs = topology.outputs.map(\.shape)
        } else {
            outputs = try traceSamples(samples).map { Array($0.shape.dropFirst()) }
        }
        try checkPaths()
        let shapes = samples.map { Array($0.dropFirst()) }
        self.inputShapes = shapes
        inputShape = shapes.count == 1 ? shapes[0] : nil
        outputShapes = outputs
        hasFirstValues = false
    }

    /// Builds the model if it is not built, with the given shapes or with the one it knows.
    ///
    /// - Throws: what building throws; `ModelError.notBuilt` if no shape is known.
    public final func ensureBuilt(inputShapes: [[Int]]? = nil) throws {
        guard !hasBuilt else { return try settleOwnFirstValues() }
        guard let shapes = inputShapes ?? knownInputShape.map({ [[1] + $0] }) else {
            throw ModelError.notBuilt(model: name)
        }
        do {
            try buildIfNeeded(inputShapes: shapes, as: rootBuildContext)
        } catch var error as LayerError where error.path.isEmpty {
            (error.path, error.layerType) = (name, typeName)
            throw error
        }
        try settleOwnFirstValues()
    }

    /// Gives the parameters that await them their first values, from this model's seed.
    ///
    /// - Throws: `LayerError` where an initializer's settings are out of range.
    final func settleOwnFirstValues() throws {
        guard !hasFirstValues, LoadingBudget.current == nil else { return }
        for (path, parameter) in parameterPaths { try parameter.settleFirstValue(seed: seed, path: path) }
        hasFirstValues = true
    }

    /// The name of a layer in this model, as in `summary()`, paths and `layer(named:)`: its own, unless that is automatic and
    /// another layer here has it too.
    ///
    /// Layers are numbered by the first model they are in. A model made of parts of two others may hold two layers that
    /// are called `dense`; the second is `dense_1` here, and `dense` where it came from.
    ///
    /// - Parameter layer: a layer of this model, not of a model inside.
    public final override func name(of layer: Layer) -> String {
        layer.automaticNameBase.flatMap { _ in localNames[ObjectIdentifier(layer)] } ?? layer.name
    }

    /// Names the layers that have no name, or one that another layer of this model has.
    final func nameLayers() {
        localNames = LayerName.assign(to: sublayers, known: localNames)
    }

    /// Calls the model as the root of a trace: paths are relative to it. Builds it if needed.
    ///
    /// - Throws: `LayerError` with the layer's path where a shape does not fit.
    public final func trace(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        try trace(inputs, context: context, buildContext: rootBuildContext)
    }

    /// How the layers are connected.
    var connections: Topology {
        get throws {
            guard let topology else {
                throw ModelError.topology(
                    model: name,
                    message: "computes in code of its own, so its layers have no connections to take apart.")
            }
            return topology
        }
    }

    /// The shape of one sample if the model knows it without having seen one.
    var knownInputShape: [Int]? { inputShape }

    final var rootBuildContext: BuildContext { BuildContext(seed: seed, path: [], engine: engine) }

    override func buildIfShapeIsKnown() {
        guard !hasBuilt, BuildContext.current == nil else { return }
        container?.buildIfShapeIsKnown()
        guard !hasBuilt, knownInputShape != nil else { return }
        // An error is thrown again, and seen, by whatever needs the model built.
        try? ensureBuilt()
    }

    /// Traces the model into a graph that is thrown away, under the path it has in the model around it,
    /// if any.
    private func traceSamples(_ shapes: [[Int]]) throws -> [SymbolicTensor] {
        var context = CallContext(graph: Graph(), mode: .inference)
        context.namesInModel = localNames
        let inputs = shapes.enumerated().map { context.graph.input("x\($0)", shape: $1) }
        let path = BuildContext.current?.path ?? []
        guard !path.isEmpty else { return try call(inputs, context: context) }
        return try context.graph.withScope(path.joined(separator: "/")) { try call(inputs, context: context) }
    }

    private func checkPaths() throws {
        var seen: Set<String> = []
        var shared: Set<ObjectIdentifier> = []
        for (path, layer) in sublayerPaths {
            guard
                layer.name.split(separator: "/", omittingEmptySubsequences: false).allSatisfy({ !$0.isEmpty })
            else {
                throw LayerError(
                    "a layer's name must not be empty, nor begin or end with \"/\", nor hold \"//\".",
                    path: path)
            }
            let isSecondUse = !shared.insert(ObjectIdentifier(layer)).inserted
            guard seen.insert(path).inserted || isSecondUse else {
                throw ModelError.duplicatePath(model: name, path: path)
            }
        }
    }
}
