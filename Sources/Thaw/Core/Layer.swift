public import ThawGraph

/// A layer: a function of tensors with parameters of its own.
///
/// To write one, subclass it, make parameters in `build(inputShape:)` with `addWeight`, compute in
/// `call(_:context:)` with operations on symbolic tensors, and copy the configuration in `cloned()`.
/// Gradients follow from the operations.
///
/// ```swift
/// final class Scale: Layer {
///     override func build(inputShape: [Int]) throws {
///         try addWeight(name: "scale", shape: [inputShape[inputShape.count - 1]], initializer: .ones)
///     }
///     override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
///         try input * context.read(parameters[0])
///     }
///     override func cloned() throws -> Layer { Scale() }
/// }
/// ```
///
/// `call` is pure: it may be traced many times, in any mode, and must keep nothing of a call. Shapes
/// include the batch as axis 0; a layer must not depend on its size when it is built. Layers are not
/// safe to use from several threads at once.
open class Layer {
    /// The shape of one sample, without the batch axis, where it is known: given in the initializer, or
    /// to a model by building it. A model whose first layer knows it needs no call of `build`.
    public final var inputShape: [Int]?

    /// The model this layer was put into last.
    final weak var container: Model?

    /// Whether `build` has succeeded.
    final private(set) var hasBuilt = false

    final private(set) var ownParameters: [Parameter] = []

    /// The name that was given or assigned.
    final private(set) var assignedName: String? { didSet { LayerChanges.note() } }

    /// What an automatic name counts on from, such as `dense` for `dense_1`; nil for a name that a user gave. A model in
    /// which an automatic name is taken gives the layer another one there.
    final private(set) var automaticNameBase: String?

    /// The flag behind `isTrainable`: of a leaf layer, or of a container's own parameters.
    final var ownsTrainableFlag = true { didSet { if oldValue != ownsTrainableFlag { LayerChanges.note() } } }

    /// The number behind `learningRateMultiplier`: of a leaf layer, or of a container's own parameters.
    final var ownLearningRateMultiplier = 1.0 {
        didSet { if oldValue != ownLearningRateMultiplier { LayerChanges.note() } }
    }

    /// The calls in functional models that are still in use, oldest first.
    private var calls: [WeakLayerCall] = []

    /// Counts changes of settings that `call` depends on.
    final private(set) var configurationVersion = 0

    /// Creates a layer.
    ///
    /// - Parameters:
    ///   - name: the name; by default the container numbers layers by type (`dense`, `dense_1`).
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    public init(name: String? = nil, inputShape: [Int]? = nil) {
        self.assignedName = name
        self.inputShape = inputShape
    }

    /// Whether the parameters exist.
    public final var isBuilt: Bool {
        buildIfShapeIsKnown()
        return hasBuilt
    }

    /// The layer's own parameters, in the order they were made; without those of sublayers. Empty until
    /// it is built.
    public final var parameters: [Parameter] {
        buildIfShapeIsKnown()
        return ownParameters
    }

    /// The name: the one that was given, or the one that the first model around the layer assigned. A model made of parts of
    /// others may know it by another; see `Model.name(of:)`. It may hold slashes, as Keras 2's `conv1/conv`, which Keras 3 does not
    /// take: `save(to:)` writes `conv1_conv` for it.
    public final var name: String {
        get { assignedName ?? LayerName.base(of: typeName) }
        set { (assignedName, automaticNameBase) = (newValue, nil) }
    }

    /// Takes a name that nobody gave.
    package final func assign(automaticName name: String, base: String) {
        (assignedName, automaticNameBase) = (name, base)
    }

    /// Takes the name of a layer that it is a copy of.
    ///
    /// - Parameter automaticName: the name in the copied model, if that gave the layer another.
    final func takeName(of layer: Layer, automaticName: String? = nil) {
        assignedName =
            layer.automaticNameBase == nil ? layer.assignedName : automaticName ?? layer.assignedName
        automaticNameBase = layer.automaticNameBase
    }

    /// The name of a layer inside this one, as paths have it.
    func name(of sublayer: Layer) -> String { sublayer.name }

    /// The name of the type in summaries and errors, for example `Dense`.
    open var typeName: String { String(describing: Self.self) }

    /// The layers inside this one, in order. Containers override it.
    open var sublayers: [Layer] { [] }

    /// What distinguishes the layer from others of its type, for people; empty by default.
    open var configurationDescription: String { "" }

    /// Makes the parameters for inputs of the given shape. The framework calls it once, before the
    /// first call.
    ///
    /// - Parameter inputShape: the shape of a batch; the size of axis 0 means nothing here.
    open func build(inputShape: [Int]) throws {}

    /// Makes the parameters of a layer of several inputs; by default there must be one, and
    /// `build(inputShape:)` is called.
    open func build(inputShapes: [[Int]]) throws {
        try build(inputShape: try single(inputShapes))
    }

    /// Computes the output for one input.
    open func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        throw LayerError("does not override call(_:context:); compute the output there.")
    }

    /// Computes the outputs. The framework calls this one; by default there must be one input, which
    /// goes to the form above.
    open func call(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        [try call(try single(inputs), context: context)]
    }

    /// A new layer with the same configuration, not built. Name and flags are copied by `clone()`.
    open func cloned() throws -> Layer {
        throw ModelError.cannotClone(layer: name, reason: "\(typeName) does not override cloned().")
    }

    /// Makes a parameter. To be called from `build`.
    ///
    /// The first value depends on the model's seed and on the path of the layer in the model, nothing
    /// else. A layer that is built outside any model takes a fresh seed.
    ///
    /// - Parameters:
    ///   - name: its name, unique within the layer, for example `kernel`.
    ///   - shape: its shape, in Keras's layout.
    ///   - initializer: where the first value comes from.
    ///   - role: `.weight` (learned) or `.statistic` (kept by the layer itself).
    ///   - regularizer: what is added to the loss while the parameter is trainable.
    ///   - constraint: what the parameter is brought to after each update.
    /// - Throws: `LayerError` for a name that is taken, a shape with a size below 1, or a regularizer or constraint that does not
    ///   work on the shape; what the engine throws.
    @discardableResult
    public final func addWeight(
        name: String, shape: [Int], initializer: Initializer, role: Parameter.Role = .weight,
        regularizer: Regularizer? = nil, constraint: Constraint? = nil
    ) throws -> Parameter {
        guard !ownParameters.contains(where: { $0.name == name }) else {
            throw LayerError("already has a parameter \"\(name)\"; give each its own name.")
        }
        guard shape.allSatisfy({ $0 > 0 }) else {
            throw LayerError(
                "parameter \"\(name)\" cannot have the shape \(shape); each size must be at least 1.")
        }
        guard TensorType(shape).isPossible else {
            throw LayerError(
                "parameter \"\(name)\" of shape \(shape) is larger than any memory; check the layer's sizes.")
        }
        try PenaltyCheck.check(regularizer, constraint, of: name, shape: shape)
        try LoadingBudget.current?.charge(name, shape: shape)
        let context = BuildContext.current ?? BuildContext.fresh(path: [self.name])
        let defersFirstValue = context.defersFirstValues || LoadingBudget.current != nil
        let path = (context.path + [name]).joined(separator: "/")
        let parameter = try Parameter(
            name: name, role: role, shape: shape, initializer: initializer, regularizer: regularizer,
            constraint: constraint, layer: self, path: path, engine: context.engine,
            firstValue: defersFirstValue
                ? nil : try initializer.tensor(shape: shape, seed: context.seed, path: path))
        ownParameters.append(parameter)
        if parameter.awaitsFirstValue { for model in containers { model.hasFirstValues = false } }
        return parameter
    }

    /// To be called by a layer when a setting changed that `call` depends on, so that training traces
    /// it anew.
    public final func configurationDidChange() {
        configurationVersion += 1
        LayerChanges.note()
    }

    /// Builds the layer unless it is built, within the build that is under way, if any.
    final func buildIfNeeded(inputShapes: [[Int]], as context: BuildContext) throws {
        guard !hasBuilt else { return }
        do {
            try BuildContext.$current.withValue(context) { try build(inputShapes: inputShapes) }
        } catch {
            ownParameters = []
            throw error
        }
        hasBuilt = true
        LayerChanges.note()
    }

    /// Marks a container whose list of layers changed as not built; what is built inside stays.
    final func needsBuild() {
        hasBuilt = false
        LayerChanges.note()
    }

    /// Builds the outermost model around the layer if that model knows the shape of its input, so that
    /// a model never has to be built by hand before it is looked at. An error is left to be thrown by
    /// the first call.
    func buildIfShapeIsKnown() {
        guard !hasBuilt, BuildContext.current == nil else { return }
        container?.buildIfShapeIsKnown()
    }

    /// The models around the layer, innermost first.
    final var containers: [Model] {
        var result: [Model] = []
        var next = container
        while let model = next {
            result.append(model)
            next = model.container
        }
        return result
    }

    /// Keeps a call findable as long as something else keeps it alive.
    final func remember(_ call: LayerCall) {
        calls.removeAll { $0.call == nil }
        calls.append(WeakLayerCall(call: call))
    }

    /// The oldest call that is still in use.
    final var firstCall: LayerCall? { calls.lazy.compactMap(\.call).first }

    private func single<Element>(_ elements: [Element]) throws -> Element {
        guard elements.count == 1, let element = elements.first else {
            throw LayerError("takes one input, got \(elements.count).")
        }
        return element
    }
}

/// A call that is kept alive by models and by what was computed from it, not by its layer.
private struct WeakLayerCall {
    weak var call: LayerCall?
}
