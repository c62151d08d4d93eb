import Foundation
public import ThawTensor

/// Why a checkpoint could not be used. The model, its optimizer and the training are as they were.
public enum CheckpointError: ThawError, Equatable {
    /// It is of a model with other layers or parameters.
    case otherModel(file: String, model: String, differences: [String])
    /// It is of an optimizer of another kind or with other settings that its state depends on.
    case otherOptimizer(file: String, message: String)
    /// It is of a `fit` with other data, or other arguments that the course of training depends on.
    case otherFit(file: String, message: String)
    /// It contradicts itself, or is no checkpoint.
    case malformed(file: String, message: String)

    /// One line with everything that is known.
    public var description: String {
        switch self {
        case .otherModel(let file, let model, let differences):
            let shown = differences.prefix(8).joined(separator: "; ")
            let more = differences.count > 8 ? "; and \(differences.count - 8) more" : ""
            return
                "the checkpoint \(file) is not of model \(model), nothing was changed: \(shown)\(more). Load it into a model "
                + "made by the same code; weights alone are saved with saveWeights."
        case .otherOptimizer(let file, let message):
            return
                "the checkpoint \(file) does not go with the model's optimizer, nothing was changed: \(message) Compile with "
                + "the optimizer that the checkpoint was saved with."
        case .otherFit(let file, let message):
            return
                "the checkpoint \(file) does not go with this fit, nothing was changed: \(message) To take its model and "
                + "optimizer alone, call loadCheckpoint(from:continuingFit: false); to begin anew, delete it."
        case .malformed(let file, let message):
            return
                "the checkpoint \(file) is damaged, nothing was changed: \(message) Use another one, or delete it to begin anew."
        }
    }
}
