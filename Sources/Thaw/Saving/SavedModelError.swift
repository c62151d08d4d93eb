import Foundation
public import ThawTensor

/// Why a model could not be saved to, or made from, a file: where in the model, what, and how to mend it.
public enum SavedModelError: ThawError, Equatable {
    /// The file has a layer of a class that Thaw lacks.
    case unknownLayer(layer: String, className: String)
    /// A layer's argument has a value that Thaw lacks.
    case unsupportedArgument(layer: String, className: String, argument: String, value: String)
    /// The model was compiled with an optimizer that Thaw lacks.
    case unknownOptimizer(className: String)
    /// The description of a layer, or of the model, contradicts itself.
    case malformed(layer: String, message: String)
    /// Keras has nothing that means the same.
    case notInKeras(layer: String, message: String)

    /// One line with everything that is known.
    public var description: String {
        switch self {
        case .unknownLayer(let layer, let className):
            "layer \(layer) is a \(className), which Thaw does not have; write the layer and give it in customLayers."
        case .unsupportedArgument(let layer, let className, let argument, let value):
            "layer \(layer) (\(className)) has \(argument) = \(value), which Thaw does not have; change the model where it was "
                + "made, or write the layer and give it in customLayers."
        case .unknownOptimizer(let className):
            "the model was compiled with the optimizer \(className), which Thaw does not have; load it with compiled: false, "
                + "and compile it with another."
        case .malformed(let layer, let message):
            "the description of \(layer) is damaged: \(message) Save the model again."
        case .notInKeras(let layer, let message):
            "layer \(layer) cannot be written for Keras: \(message)"
        }
    }
}
