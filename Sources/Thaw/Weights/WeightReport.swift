/// What became of a file of weights: which parameters were loaded from where, which were not and why, and what was left over.
///
/// ```swift
/// print(try model.loadWeights(from: url, strict: false))
/// ```
public struct WeightReport: Sendable, Equatable, CustomStringConvertible {
    /// A parameter that has the file's values now.
    public struct Loaded: Sendable, Equatable {
        /// The parameter's path in the model.
        public let parameter: String
        /// The name in the file.
        public let entry: String
        /// How many of its elements are NaN.
        public let nanCount: Int
    }

    /// A parameter that is as it was.
    public struct Skipped: Sendable, Equatable {
        /// Why.
        public enum Reason: Sendable, Equatable {
            /// The file has nothing for it.
            case missing
            /// What the file has is of another shape; `got` is the file's own, in its layout.
            case shape(expected: [Int], got: [Int])
            /// What the file has are no floating-point numbers.
            case elementType(String)
        }

        /// The parameter's path in the model.
        public let parameter: String
        /// The name in the file, if it has something for the parameter.
        public let entry: String?
        /// Why it was not loaded.
        public let reason: Reason

        /// One line about it.
        var text: String {
            switch reason {
            case .missing: parameter
            case .shape(let expected, let got):
                "\(parameter) (expected the shape \(expected), got \(got)\(source))"
            case .elementType(let type): "\(parameter) (expected floating point, got \(type)\(source))"
            }
        }

        private var source: String { entry.map { $0 == parameter ? "" : " of \($0)" } ?? "" }
    }

    /// The file.
    public let file: String
    /// The model's name.
    public let model: String
    /// What the file is in.
    public let format: WeightFileFormat
    /// How entries found parameters: `.names` or `.order`.
    public let matching: WeightMatching
    /// The parameters that were loaded, in the model's order.
    public let loaded: [Loaded]
    /// The parameters that were not.
    public let skipped: [Skipped]
    /// Entries of the file that no parameter took.
    public let unused: [String]
    /// Entries that no model has a use for, such as PyTorch's counts of batches and Keras's states of random layers, or that the
    /// mapping left out.
    public let ignored: [String]
    /// What else is worth knowing: settings that the file changed, or that it may have been made with.
    public internal(set) var notes: [String]

    /// How many of all loaded elements are NaN.
    public var nanCount: Int { loaded.reduce(0) { $0 + $1.nanCount } }

    /// Parameters that the file has nothing for.
    public var missing: [String] { skipped.filter { $0.reason == .missing }.map(\.parameter) }

    /// A few lines with counts, the names of what was not loaded or not used, and the notes.
    public var description: String {
        var lines = [
            "\(file) (\(format)): \(loaded.count) of \(loaded.count + skipped.count) parameters of \(model) loaded, by "
                + "\(matching == .order ? "order" : "name")"
        ]
        let mismatched = skipped.filter { $0.reason != .missing }.map(\.text)
        for (title, names) in [
            ("not in the file", missing), ("not fitting", mismatched), ("not used", unused),
            ("of no use", ignored),
        ] where !names.isEmpty {
            lines.append("  \(title) (\(names.count)): \(WeightFileError.list(names))")
        }
        if nanCount > 0 {
            let names = loaded.filter { $0.nanCount > 0 }.map { "\($0.parameter) (\($0.nanCount))" }
            lines.append("  NaN: \(nanCount) elements, in \(WeightFileError.list(names))")
        }
        return (lines + notes.map { "  \($0)" }).joined(separator: "\n")
    }
}
