import Foundation
import Thaw

/// What can go wrong in the demo itself.
enum DemoError: ThawError, Equatable {
    /// A part of the data has no images.
    case tooFewImages(of: String)
    /// The three runs did not start alike, so that they could not be compared.
    case startsDiffer
    /// The output folder cannot be used.
    case unwritableOutput(path: String, reason: String)
    /// A file of results cannot be written.
    case unwritableFile(path: String, reason: String, option: String)

    /// What happened, what was expected, what came and how to mend it.
    var description: String {
        switch self {
        case .tooFewImages(let classes):
            "the data has no images of \(classes) in one of its parts: this is not all of Fashion-MNIST. "
                + "Name a folder with its four files by --data."
        case .startsDiffer:
            "the runs did not start from the same weights, so comparing them would mean nothing; please report this."
        case .unwritableOutput(let path, let reason):
            "the output folder \(path) cannot be used: \(reason). Choose another by --output."
        case .unwritableFile(let path, let reason, let option):
            "the file \(path) cannot be written: \(reason). Choose another by \(option)."
        }
    }
}
