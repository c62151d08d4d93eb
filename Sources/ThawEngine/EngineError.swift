import Foundation
public import ThawTensor

/// What can go wrong in an engine.
public enum EngineError: ThawError, Equatable {
    /// The engine has no way to hold or compute this element type.
    case unsupportedType(String)
    /// A tensor does not fit the variable or input it was given to.
    case mismatch(String)
    /// An operation that the engine has neither a kernel nor a decomposition for.
    case unsupportedOperation(String)
    /// No tensor was given for the input of this name.
    case missingInput(String)
    /// The kernel library refused or failed.
    case library(String)
    /// Memory ran out.
    case outOfMemory(String)

    /// What happened, what was expected, what came and how to mend it.
    public var description: String {
        switch self {
        case .unsupportedType(let message), .mismatch(let message), .unsupportedOperation(let message),
            .library(let message), .outOfMemory(let message):
            message
        case .missingInput(let name):
            "no tensor was given for the input \"\(name)\"; pass one for each of the executable's inputs."
        }
    }
}
