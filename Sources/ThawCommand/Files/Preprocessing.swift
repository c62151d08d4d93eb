import ArgumentParser
import Thaw

/// What is done with inputs before a model sees them: `(input * scale - mean) / deviation`.
struct Preprocessing: ParsableArguments {
    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp("Multiply the inputs by this, for example 1/255.", valueName: "factor"),
        transform: Preprocessing.factor)
    var scale: Double?

    @Option(
        name: .long, parsing: .unconditional,
        help: ArgumentHelp(
            "After that, subtract a mean and divide by a deviation, one for each channel or one for all: "
                + "0.485,0.456,0.406/0.229,0.224,0.225.", valueName: "means/deviations"),
        transform: Preprocessing.normalization)
    var normalize: Normalization?

    /// Means and deviations of the channels.
    struct Normalization: Equatable, Sendable {
        let means: [Double]
        let deviations: [Double]
    }

    /// Whether anything is to be done.
    var isGiven: Bool { scale != nil || normalize != nil }

    /// The inputs as `float32`, changed.
    ///
    /// - Throws: `ToolError` if there are means for another number of channels.
    func apply(_ inputs: Tensor) throws -> Tensor {
        guard isGiven else { return inputs.cast(to: .float32) }
        let factor = scale ?? 1
        let (means, deviations) = (normalize?.means ?? [0], normalize?.deviations ?? [1])
        let channels = inputs.shape.last ?? 1
        guard means.count == 1 || means.count == channels else {
            throw ToolError(
                "--normalize has \(means.count) means, and the inputs have \(channels) channels on their last axis; give one "
                    + "for each, or one for all.")
        }
        var result = inputs.cast(to: .float32)
        result.withUnsafeMutableBufferPointer(as: Float.self) { numbers in
            var channel = 0
            for place in numbers.indices {
                let value = Double(numbers[place]) * factor
                numbers[place] = Float((value - means[channel]) / deviations[channel])
                channel = channel + 1 == means.count ? 0 : channel + 1
            }
        }
        return result
    }

    /// `0.5` or `1/255`.
    @Sendable static func factor(_ text: String) throws -> Double {
        let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        let value = numbers.count == 2 ? numbers[0] / numbers[1] : numbers.count == 1 ? numbers[0] : .nan
        guard value.isFinite, value != 0 else {
            throw ValidationError("it must be a number other than 0, or a fraction such as 1/255.")
        }
        return value
    }

    @Sendable static func normalization(_ text: String) throws -> Normalization {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
            part.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) ?? .nan }
        }
        guard parts.count == 2, parts[0].count == parts[1].count,
            parts[0].allSatisfy(\.isFinite), parts[1].allSatisfy({ $0.isFinite && $0 > 0 })
        else {
            throw ValidationError(
                "it must be means, a slash, and as many deviations above 0, for example 0.5,0.5,0.5/0.2,0.2,0.2."
            )
        }
        return Normalization(means: parts[0], deviations: parts[1])
    }
}
