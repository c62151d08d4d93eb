import Foundation
public import ThawTensor

/// What can go wrong when a layer is made, built or called: a shape that does not fit, a setting out of
/// range.
public struct LayerError: ThawError, Equatable {
    /// The layer's path in the model, for example `resnet/conv1`.
    public var path: String
    /// The layer's type, for example `Dense`.
    public var layerType: String
    /// What was expected, what came, and how to mend it.
    public var message: String

    /// Creates an error; path and type are filled in on the way out of the layer where they are empty.
    public init(_ message: String, path: String = "", layerType: String = "") {
        self.path = path
        self.layerType = layerType
        self.message = message
    }

    /// The whole message.
    public var description: String {
        switch (path.isEmpty, layerType.isEmpty) {
        case (true, true): message
        case (true, false): "\(layerType): \(message)"
        case (false, true): "layer \(path): \(message)"
        case (false, false): "layer \(path) (\(layerType)): \(message)"
        }
    }
}

/// A tensor that does not fit the parameter it was given to.
public struct ParameterError: ThawError, Equatable {
    /// The name of the layer.
    public var layer: String
    /// The name of the parameter in the layer.
    public var parameter: String
    /// What was expected, what came, and how to mend it.
    public var message: String

    /// Creates an error.
    public init(layer: String, parameter: String, message: String) {
        self.layer = layer
        self.parameter = parameter
        self.message = message
    }

    /// The whole message.
    public var description: String { "parameter \(parameter) of layer \(layer): \(message)" }
}
