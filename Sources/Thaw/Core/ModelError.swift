import Foundation
public import ThawTensor

/// What can go wrong with a model as a whole.
public enum ModelError: ThawError, Equatable {
    /// The model has no layers.
    case noLayers(model: String)
    /// The model's parameters do not exist yet, since it has not seen the shape of its input.
    case notBuilt(model: String)
    /// A model was to be built for samples of another shape than it was built or declared for.
    case otherShape(model: String, known: [Int], got: [Int])
    /// Two layers were given the same name in one model, so that their parameters would have the same paths.
    case duplicatePath(model: String, path: String)
    /// No layer has this name.
    case noSuchLayer(model: String, name: String, known: [String])
    /// A list of weights is too short or too long.
    case weightCount(model: String, expected: Int, got: Int)
    /// A weight in a list has the wrong shape.
    case weightShape(model: String, path: String, position: Int, expected: [Int], got: [Int])
    /// The model got a number of inputs or gave a number of outputs that the call does not allow.
    case inputCount(model: String, expected: Int, got: Int)
    /// A model was added to itself, or to a model inside it.
    case containsItself(model: String)
    /// The inputs and outputs that a model was to be made of do not fit together.
    case topology(model: String, message: String)
    /// A copy could not be made.
    case cannotClone(layer: String, reason: String)
    /// There are not as many blocks as were asked for.
    case blocks(model: String, asked: Int, known: [String])

    /// The whole message.
    public var description: String {
        switch self {
        case .noLayers(let model):
            "model \(model) has no layers; add one with add(_:)."
        case .notBuilt(let model):
            "model \(model) is not built yet, so it has no weights; give its first layer an inputShape, call "
                + "build(inputShape:), or run it once."
        case .otherShape(let model, let known, let got):
            "model \(model) is for samples of shape \(known) and cannot be built for \(got); make a new model, or declare and "
                + "build it with the same shape."
        case .duplicatePath(let model, let path):
            "model \(model) has two layers that were given the name \"\(path)\"; names within a model must differ, since weights "
                + "are saved under them. Rename one (layer.name = ...), or give no name: the model then numbers its layers."
        case .noSuchLayer(let model, let name, let known):
            "model \(model) has no layer \"\(name)\"; its layers are \(known.joined(separator: ", "))."
        case .weightCount(let model, let expected, let got):
            "model \(model) has \(expected) weights, got \(got); pass one tensor for each of "
                + "the model's weights, in their order (model.parameterPaths lists them)."
        case .weightShape(let model, let path, let position, let expected, let got):
            "model \(model): weight \(position) (\(path)) has the shape \(expected), got \(got); "
                + "nothing was changed. Check the order against model.parameterPaths."
        case .inputCount(let model, let expected, let got):
            "model \(model) takes \(expected) input\(expected == 1 ? "" : "s"), got \(got)."
        case .containsItself(let model):
            "model \(model) was added to itself, or to a model inside it; add model.clone() if a copy was meant."
        case .topology(let model, let message):
            "model \(model): \(message)"
        case .cannotClone(let layer, let reason):
            "cannot clone layer \(layer): \(reason)"
        case .blocks(let model, let asked, let known):
            known.isEmpty
                ? "model \(model) has no layers whose names say which block they are in, such as conv5_block3_out; use unfreeze(from:)."
                : "model \(model) has \(known.count) blocks, \(asked) were asked for; give 1 to \(known.count). They are "
                    + "\(known.joined(separator: ", "))."
        }
    }
}
