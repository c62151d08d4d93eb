public import ThawEngine
public import ThawGraph
import ThawTensor

/// A layer that can be trained as a whole: `compile`, `fit`, `evaluate`, `predict`.
///
/// Most models are a `Sequential`. For another arrangement subclass `Model`, give the layers in
/// `sublayers` and compute in `call`. Models nest: a model is a layer.
///
/// A model whose input shape is known (its first layer has an `inputShape`) is built when it is first
/// looked at; any other when it sees its first batch, or by `build(inputShape:)`.
open class Model: Layer {
    /// The seed that was given; nil for a model that took a fresh one.
    final let givenSeed: UInt64?
    /// Where first values, dropout and shuffling start from. The same seed gives the same bits.
    public final let seed: UInt64
    /// The engine the model's parameters are made on: the current one when the model was created.
    public final let engine: any Engine
    /// The shape of the output for one sample, without the batch axis; nil until the model is built, or
    /// if it has several.
    public final private(set) var outputShape: [Int]?
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
        super.init(name: name)
    }

    /// The layers, in order.
    open var layers: [Layer] { sublayers }

    /// Makes all parameters for inputs of the given shape, by tracing the model once; does nothing if
    /// it is built.
    ///
    /// - Parameter inputShape: the shape of a batch; the size of axis 0 does not matter.
    /// - Throws: `LayerError` where a shape does not fit, with the layer's path; `ModelError` for paths
    ///   that are not unique.
    public final override func build(inputShape: [Int]) throws {
        try ensureBuilt(inputShapes: [inputShape])
    }

    /// Traces the model once with a batch of one, which builds the layers inside.
    open override func build(inputShapes: [[Int]]) throws {
        let samples = try inputShapes.map { shape in
            guard let batch = shape.first, shape.dropFirst().allSatisfy({ $0 > 0 }) else {
                throw LayerError(
                    "cannot be built for an input of shape \(shape); each size must be at least 1.")
            }
            return batch == 1 ? shape : [1] + shape.dropFirst()
        }
        for layer in sublayers { layer.container = self }
        LayerName.assign(to: sublayers)
        let outputs = try traceSamples(samples)
        try checkPaths()
        inputShape = samples.count == 1 ? Array(samples[0].dropFirst()) : nil
        outputShape = outputs.count == 1 ? Array(outputs[0].shape.dropFirst()) : nil
    }

    /// Builds the model if it is not built, with the given shapes or with the one it knows.
    ///
    /// - Throws: what building throws; `ModelError.notBuilt` if no shape is known.
    public final func ensureBuilt(inputShapes: [[Int]]? = nil) throws {
        guard !hasBuilt else { return }
        guard let shapes = inputShapes ?? knownInputShape.map({ [[1] + $0] }) else {
            throw ModelError.notBuilt(model: name)
        }
        do {
            try buildIfNeeded(inputShapes: shapes, as: rootBuildContext)
        } catch var error as LayerError where error.path.isEmpty {
            (error.path, error.layerType) = (name, typeName)
            throw error
        }
    }

    /// Calls the model as the root of a trace: paths are relative to it. Builds it if needed.
    ///
    /// - Throws: `LayerError` with the layer's path where a shape does not fit.
    public final func trace(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        try trace(inputs, context: context, buildContext: rootBuildContext)
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
        let context = CallContext(graph: Graph(), mode: .inference)
        let inputs = shapes.enumerated().map { context.graph.input("x\($0)", shape: $1) }
        let path = BuildContext.current?.path ?? []
        guard !path.isEmpty else { return try call(inputs, context: context) }
        return try context.graph.withScope(path.joined(separator: "/")) { try call(inputs, context: context) }
    }

    private func checkPaths() throws {
        var seen: Set<String> = []
        var shared: Set<ObjectIdentifier> = []
        for (path, layer) in sublayerPaths {
            guard !layer.name.contains("/"), !layer.name.isEmpty else {
                throw LayerError("a layer's name must be neither empty nor contain \"/\".", path: path)
            }
            let isSecondUse = !shared.insert(ObjectIdentifier(layer)).inserted
            guard seen.insert(path).inserted || isSecondUse else {
                throw ModelError.duplicatePath(model: name, path: path)
            }
        }
    }
}
