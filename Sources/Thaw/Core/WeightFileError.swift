import Foundation
public import ThawTensor

/// A file of weights that does not fit the model it was loaded into. The model is as it was.
public struct WeightFileError: ThawError, Equatable {
    /// The file.
    public let file: String
    /// The model's name.
    public let model: String
    /// Paths of parameters that the model has and the file does not.
    public let missing: [String]
    /// Names that the file has and the model does not.
    public let unexpected: [String]
    /// What is wrong with those that both have: another shape, or elements that are not floating point.
    public let mismatched: [String]

    /// The whole message.
    public var description: String {
        var parts: [String] = []
        if !missing.isEmpty { parts.append("missing from the file: \(Self.list(missing))") }
        if !unexpected.isEmpty { parts.append("unexpected in the file: \(Self.list(unexpected))") }
        if !mismatched.isEmpty { parts.append("not fitting: \(Self.list(mismatched))") }
        return "the weights in \(file) do not fit model \(model), nothing was changed; "
            + parts.joined(separator: "; ")
            + ". Load into a model of the structure, and with the names of layers, that the file was saved from."
    }

    private static func list(_ names: [String]) -> String {
        let shown = names.prefix(20).joined(separator: ", ")
        return names.count > 20 ? "\(shown) and \(names.count - 20) more" : shown
    }
}
