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

    package init(
        file: String, model: String, missing: [String], unexpected: [String], mismatched: [String]
    ) {
        self.file = file
        self.model = model
        self.missing = missing
        self.unexpected = unexpected
        self.mismatched = mismatched
    }

    /// The whole message: how many there are of each kind, and the first names.
    public var description: String {
        var parts: [String] = []
        if !missing.isEmpty {
            parts.append("missing from the file (\(missing.count)): \(Self.list(missing))")
        }
        if !unexpected.isEmpty {
            parts.append("unexpected in the file (\(unexpected.count)): \(Self.list(unexpected))")
        }
        if !mismatched.isEmpty {
            parts.append("not fitting (\(mismatched.count)): \(Self.list(mismatched))")
        }
        return "the weights in \(file) do not fit model \(model), nothing was changed; "
            + parts.joined(separator: "; ")
            + ". Load into a model of the structure that the file was saved from, rename with a mapping, or allow for it with "
            + "strict: false and skipMismatch: true."
    }

    /// The first of some names, and how many more there are.
    static func list(_ names: [String]) -> String {
        let shown = names.prefix(8).joined(separator: ", ")
        return names.count > 8 ? "\(shown) and \(names.count - 8) more" : shown
    }
}
