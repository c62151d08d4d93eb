import Foundation
public import ThawTensor

/// Images that have plainly not been prepared as a model's weights expect.
public struct PreprocessingError: ThawError, Equatable {
    /// What is wrong with the images.
    public enum Kind: Sendable, Equatable {
        /// They are as they were read.
        case notPreprocessed
        /// They were prepared twice.
        case preprocessedTwice
        /// They are smaller numbers than pixels, and the network scales pixels itself.
        case alreadyScaled
    }

    /// The call, for example `fit`.
    public let call: String
    /// The model's name.
    public let model: String
    /// What is wrong.
    public let kind: Kind
    /// What the model expects.
    public let preprocessing: Preprocessing
    /// The least and the greatest value in the images that were looked at.
    public let range: ClosedRange<Double>

    /// What was expected, what came and how to mend it.
    public var description: String {
        let expected = "\(Self.text(preprocessing.range)) (\(preprocessing))"
        let got = Self.text(range)
        let remedy =
            switch kind {
            case .notPreprocessed:
                "they look like images as they were read. Prepare them once: data.preprocessed(for: model)."
            case .preprocessedTwice:
                "they look as though they had been prepared twice. Give the images as they were read to preprocessed(for:), and leave "
                    + "out any scaling of your own."
            case .alreadyScaled:
                "they look as though they had been scaled before, and this network does that itself. Give the images as they "
                    + "were read."
            }
        return
            "\(call): the images have values from \(got), and model \(model) expects \(expected); \(remedy) If this is meant, "
            + "set the model's preprocessing to nil."
    }

    private static func text(_ range: ClosedRange<Double>) -> String {
        func short(_ value: Double) -> String {
            let rounded = (value * 1000).rounded() / 1000
            return Int(exactly: rounded).map(String.init) ?? "\(rounded)"
        }
        return "\(short(range.lowerBound)) to \(short(range.upperBound))"
    }
}
