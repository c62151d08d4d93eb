public import ThawEngine
import ThawGraph
public import ThawTensor

/// A tensor that belongs to a layer and outlives a call: a weight or a statistic.
///
/// It is known by identity. Its path is given by the model it is seen from (`Model.parameterPaths`).
public final class Parameter {
    /// What a parameter is for, fixed for life: unfreezing can never make a moving mean trainable.
    public enum Role: String, Sendable, Hashable {
        /// Learned by gradient descent while its layer is trainable.
        case weight
        /// Kept by the layer itself, such as a moving mean.
        case statistic
    }

    /// Its name within the layer, for example `kernel`.
    public let name: String
    /// What it is for.
    public let role: Role
    /// The sizes of its axes, in Keras's layout.
    public let shape: [Int]
    /// What its first value came from.
    public let initializer: Initializer
    /// What is added to the loss while the parameter is trainable; nil for nothing.
    public let regularizer: Regularizer?
    /// What the parameter is brought to after each update; nil leaves it.
    public let constraint: Constraint?
    /// The storage.
    public let variable: any Variable
    /// The engine that made the storage.
    public let engine: any Engine
    /// The layer it belongs to; nil once that layer is gone.
    public private(set) weak var layer: Layer?

    /// Whether the first value is still to come: the layer was called in a functional model that is not made
    /// yet.
    private(set) var awaitsFirstValue: Bool

    init(
        name: String, role: Role, shape: [Int], initializer: Initializer, regularizer: Regularizer?,
        constraint: Constraint?, layer: Layer, path: String, engine: any Engine, firstValue: Tensor?
    ) throws {
        self.name = name
        self.role = role
        self.shape = shape
        self.initializer = initializer
        self.regularizer = regularizer
        self.constraint = constraint
        self.layer = layer
        self.engine = engine
        variable =
            if let firstValue {
                try engine.makeVariable(name: path, initialValue: firstValue)
            } else {
                try engine.makeVariable(name: path, zeros: shape)
            }
        awaitsFirstValue = firstValue == nil
    }

    /// Whether `fit` trains it: it is a weight and its layer is not frozen.
    public var isTrainable: Bool { role == .weight && (layer?.ownsTrainableFlag ?? true) }

    /// By how much the optimizer's learning rate is multiplied for it: its layer's number.
    public var learningRateMultiplier: Double { layer?.ownLearningRateMultiplier ?? 1 }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// A copy of its contents.
    public var value: Tensor {
        if awaitsFirstValue { layer?.settleFirstValues() }
        return variable.read()
    }

    /// Replaces its contents; the element type is converted.
    ///
    /// - Throws: `ParameterError` if the shape differs.
    public func assign(_ tensor: Tensor) throws {
        try check(tensor)
        try variable.write(tensor)
        awaitsFirstValue = false
    }

    /// Gives the parameter its first value if it still awaits it.
    func settleFirstValue(seed: UInt64, path: String) throws {
        guard awaitsFirstValue else { return }
        try assign(initializer.tensor(shape: shape, seed: seed, path: path))
    }

    /// Throws unless `tensor` could be assigned.
    func check(_ tensor: Tensor) throws {
        guard tensor.shape == shape else {
            throw ParameterError(
                layer: layer?.name ?? "a layer that is gone", parameter: name,
                message:
                    "expected a tensor of shape \(shape), got \(tensor.shape); reshape it or check "
                    + "which layer it is meant for.")
        }
    }
}

extension Parameter: Hashable {
    /// Identity.
    public static func == (left: Parameter, right: Parameter) -> Bool { left === right }

    /// By identity.
    public func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
}

extension Parameter: CustomStringConvertible {
    /// Layer, name, shape and role.
    public var description: String { "\(layer?.name ?? "?")/\(name) \(shape) (\(role.rawValue))" }
}
