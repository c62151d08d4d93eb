/// One use of a layer in a functional model: which layer, on what, and in which mode.
///
/// A layer that is called twice is shared: it has two calls and one set of parameters. Calls never change,
/// so models can share them.
public final class LayerCall {
    /// The layer that is called.
    public let layer: Layer
    /// What it is called on; empty for an `Input`.
    public let inputs: [LayerOutput]
    /// The mode this call always has, whatever the mode of the model; nil to follow the model.
    public let mode: Mode?
    /// The shapes of the outputs for one sample, without the batch axis.
    let outputShapes: [[Int]]

    init(layer: Layer, inputs: [LayerOutput], mode: Mode?, outputShapes: [[Int]]) {
        self.layer = layer
        self.inputs = inputs
        self.mode = mode
        self.outputShapes = outputShapes
        layer.remember(self)
    }

    /// What the call gives, in order.
    public var outputs: [LayerOutput] { outputShapes.indices.map { LayerOutput(call: self, index: $0) } }
}

/// A value in a functional model: what a call of a layer gives. It has a shape and no numbers.
///
/// ```swift
/// let image = Input(shape: [28, 28])
/// let flat = try Flatten()(image)
/// let hidden = try Dense(100, activation: .relu)(flat)
/// print(hidden.shape)  // [100]
/// ```
public struct LayerOutput {
    /// The call that gives the value.
    public let call: LayerCall
    /// Which of its outputs this is.
    public let index: Int

    /// The shape for one sample, without the batch axis.
    public var shape: [Int] { call.outputShapes[index] }

    /// The layer that gives the value.
    public var layer: Layer { call.layer }
}

extension LayerOutput: Hashable {
    /// The same output of the same call.
    public static func == (left: LayerOutput, right: LayerOutput) -> Bool {
        left.call === right.call && left.index == right.index
    }

    /// Hashes the identity of the call and the index.
    public func hash(into hasher: inout Hasher) {
        hasher.combine(ObjectIdentifier(call))
        hasher.combine(index)
    }
}

extension LayerOutput: CustomStringConvertible {
    /// The layer's name and the shape, for example `dense_1 [n, 100]`.
    public var description: String {
        "\(layer.name) [\((["n"] + shape.map(String.init)).joined(separator: ", "))]"
    }
}

/// What a layer can be called on to make a functional model: an `Input` or what another layer gave.
public protocol LayerArgument {
    /// The value that the layer is called on.
    var layerOutput: LayerOutput { get }
}

extension LayerOutput: LayerArgument {
    /// The value itself.
    public var layerOutput: LayerOutput { self }
}
