public import ThawGraph

/// Layers one after the other.
///
/// ```swift
/// let model = Sequential {
///     Flatten(inputShape: [28, 28])
///     Dense(300, activation: .relu)
///     Dense(10, activation: .softmax)
/// }
/// ```
///
/// The closure may hold `if`, `for`, optional layers and arrays of layers. Layers without a name are
/// numbered by type.
public final class Sequential: Model {
    private var stack: [Layer] = []
    /// A layer that could not be added; said when the model is used, since `add` does not throw.
    private var mistake: ModelError?
    /// The calls of the layers, once they were asked for.
    private var chain: Topology?

    /// Creates a model of the given layers.
    ///
    /// - Parameters:
    ///   - layers: the layers, in order; `add(_:)` appends more.
    ///   - seed: where random numbers start from; fresh if nil.
    ///   - name: the model's name.
    public init(_ layers: [Layer] = [], seed: UInt64? = nil, name: String? = nil) {
        super.init(seed: seed, name: name)
        append(layers)
    }

    /// Creates a model of the layers listed in the closure.
    public convenience init(
        seed: UInt64? = nil, name: String? = nil, @SequentialBuilder _ layers: () throws -> [Layer]
    ) rethrows {
        self.init(try layers(), seed: seed, name: name)
    }

    public override var sublayers: [Layer] { stack }

    /// Appends a layer. A model that is built builds it too, and keeps the weights it has.
    public func add(_ layer: Layer) { append([layer]) }

    /// Removes the last layer and gives it back; nil if there is none.
    @discardableResult
    public func pop() -> Layer? {
        guard let last = stack.popLast() else { return nil }
        last.container = nil
        chain = nil
        nameLayers()
        needsBuild()
        return last
    }

    /// The number of layers.
    public var count: Int { stack.count }

    /// The layer at a position. Traps if there is none.
    public subscript(index: Int) -> Layer { stack[index] }

    /// The first layer of this name; nil if there is none.
    public subscript(name: String) -> Layer? { stack.first { self.name(of: $0) == name } }

    public override func call(_ inputs: [SymbolicTensor], context: CallContext) throws -> [SymbolicTensor] {
        if let mistake { throw mistake }
        guard !stack.isEmpty else { throw ModelError.noLayers(model: name) }
        var values = inputs
        for layer in stack { values = try layer.apply(values, context: context) }
        return values
    }

    public override func cloned() throws -> Layer {
        // A layer that occurs twice is one layer in the copy too.
        var copies: [ObjectIdentifier: Layer] = [:]
        let layers = try stack.map { layer in
            let copy = try copies[ObjectIdentifier(layer)] ?? layer.clone()
            copy.takeName(of: layer, automaticName: name(of: layer))
            copies[ObjectIdentifier(layer)] = copy
            return copy
        }
        return Runtime.$engine.withValue(engine) { Sequential(layers, seed: derivedSeed) }
    }

    /// The layers called one after the other, for models that reuse a part of this one.
    override var connections: Topology {
        get throws {
            try ensureBuilt()
            if let chain { return chain }
            var value = Input(shape: inputShape ?? []).layerOutput
            let first = value
            for layer in stack { value = try layer(value) }
            let topology = try Topology(inputs: [first], outputs: [value], model: name)
            chain = topology
            return topology
        }
    }

    override var knownInputShape: [Int]? {
        inputShape ?? (stack.first as? Model)?.knownInputShape ?? stack.first?.inputShape
    }

    private func append(_ layers: [Layer]) {
        for layer in layers {
            if let input = layer as? Input {
                // As in Keras, an input declares a shape and is no layer of the model.
                if stack.isEmpty { inputShape = input.inputShape }
                continue
            }
            if layer.contains(self) {
                mistake = .containsItself(model: name)
                continue
            }
            layer.container = self
            stack.append(layer)
        }
        nameLayers()
        chain = nil
        needsBuild()
    }
}

extension Layer {
    /// Whether this is a layer or has it inside.
    fileprivate func contains(_ layer: Layer) -> Bool {
        self === layer || sublayers.contains { $0.contains(layer) }
    }
}
