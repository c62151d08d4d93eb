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
    /// The model was compiled with something that Thaw lacks or that cannot be.
    case uncompilable(message: String)
    /// The file is whole, but a layer or the model is of a kind that Thaw cannot make.
    case unsupported(subject: String, message: String)
    /// The file leaves sizes of an input open, nil in `sizes`, or says nothing of it, and `inputShape` was not given.
    case openInputShape(input: String, sizes: [Int?])
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
        case .uncompilable(let message):
            "the model cannot be compiled as the file says: \(message) Load it with compiled: false, and compile it yourself."
        case .unsupported(let subject, let message): "\(subject) \(message)"
        case .openInputShape(let input, let sizes):
            (sizes.isEmpty
                ? "the file does not say the shape of \(input). "
                : "\(input) may be of any size: its shape in the file is \(Self.text(of: sizes)), and Thaw needs all sizes. ")
                + "Say which to use, Model.load(from: url, inputShape: [...]), or give keras.Input fixed sizes in Python and save "
                + "the model again."
        case .malformed(let layer, let message):
            "the description of \(layer) is damaged: \(message) Save the model again."
        case .notInKeras(let layer, let message):
            "layer \(layer) cannot be written for Keras: \(message)"
        }
    }
}

extension SavedModelError {
    /// Sizes with a question mark for each that is open: `[?, ?, 3]`.
    public static func text(of sizes: [Int?]) -> String {
        "[" + sizes.map { $0.map(String.init) ?? "?" }.joined(separator: ", ") + "]"
    }

    /// Why a model whose layers are there could not be compiled, from what was thrown meanwhile.
    static func compiling(_ error: any Error) -> any Error {
        switch error {
        case SavedModelError.unknownOptimizer, SavedModelError.uncompilable: error
        case SavedModelError.unsupportedArgument(_, "compile", let argument, let value):
            SavedModelError.uncompilable(message: "Thaw does not have \(argument) = \(value).")
        case SavedModelError.unsupportedArgument(_, let className, let argument, let value):
            SavedModelError.uncompilable(
                message: "Thaw does not have \(argument) = \(value), an argument of \(className).")
        default: SavedModelError.uncompilable(message: "\(error)")
        }
    }
}
