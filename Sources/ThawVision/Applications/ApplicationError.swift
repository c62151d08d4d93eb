import Foundation
public import ThawTensor

/// What can go wrong when a pretrained network is made.
public enum ApplicationError: ThawError, Equatable {
    /// An argument is out of range or does not go with another.
    case invalidArgument(application: String, message: String)
    /// The published weights are not on this machine, and could not be downloaded.
    case unavailable(application: String, publication: String, reason: String, remedy: String)
    /// A file has the name of published weights, and other contents.
    case otherFile(file: String, difference: String)
    /// A file holds weights of another network: which layer differs first, and whose they may be.
    case otherWeights(application: String, file: String, difference: String, guess: String?)

    /// What happened, what was expected, what came and how to mend it.
    public var description: String {
        switch self {
        case .invalidArgument(let application, let message):
            "\(application): \(message)"
        case .unavailable(let application, let publication, let reason, let remedy):
            "the \(publication) weights of \(application) are not available: \(reason)\(reason.hasSuffix(".") ? "" : ".") \(remedy)"
        case .otherFile(let file, let difference):
            "\(file) is not the published file of that name: \(difference). Remove it, so that it is downloaded again, or load it "
                + "with weights: .file(...) if it is meant."
        case .otherWeights(let application, let file, let difference, let guess):
            "the weights in \(file) are not those of \(application): \(difference). "
                + (guess.map { "They look like those of \($0)." }
                    ?? "They are not those of any network in ThawVision that was compared.")
        }
    }
}
