/// Where a number first became infinite or NaN in a step, found by running the step's batch again on
/// the intact weights with every layer's output checked.
public struct NonFiniteReport: Sendable, Equatable, CustomStringConvertible {
    /// What was not finite.
    public enum Origin: Sendable, Equatable {
        /// The data of a sample.
        case input(sample: Int)
        /// The target of a sample.
        case target(sample: Int)
        /// The weight of a sample.
        case sampleWeight(sample: Int)
        /// A parameter, before the step.
        case parameter(path: String)
        /// The output of a layer, while its inputs were finite.
        case layer(path: String, type: String)
        /// The loss, while the predictions were finite.
        case loss(name: String)
        /// The gradient for a parameter, while the loss was finite.
        case gradient(path: String)
        /// Nothing, when the batch was run again.
        case notReproduced
    }

    /// What was not finite first.
    public let origin: Origin
    /// The epoch, counted from 0.
    public let epoch: Int
    /// The step in the epoch, counted from 0.
    public let step: Int

    /// The path of the layer at fault, if one is.
    public var layer: String? {
        switch origin {
        case .layer(let path, _): path
        case .parameter(let path), .gradient(let path):
            path.lastIndex(of: "/").map { String(path[..<$0]) } ?? path
        default: nil
        }
    }

    /// Where it was found and what to do about it.
    public var description: String {
        let place = "epoch \(epoch + 1), step \(step + 1)"
        let kept = "the weights are as they were before the step."
        switch origin {
        case .input(let sample):
            return
                "\(place): the data of sample \(sample) holds NaN or infinity; clean the data. \(sentence(kept))"
        case .target(let sample):
            return
                "\(place): the target of sample \(sample) is NaN or infinite; clean the data. \(sentence(kept))"
        case .sampleWeight(let sample):
            return
                "\(place): the weight of sample \(sample) is NaN or infinite; mend the weights. \(sentence(kept))"
        case .parameter(let path):
            return "\(place): the parameter \(path) holds NaN or infinity; assign finite values to it."
        case .layer(let path, let type):
            return "\(place): the output of layer \(path) (\(type)) is the first that is not finite; \(kept) "
                + "Lower the learning rate, scale the data, or look at this layer."
        case .loss(let name):
            return
                "\(place): the loss \(name) is not finite although the predictions are; \(kept) Check the targets "
                + "and whether the loss fits the last layer's activation."
        case .gradient(let path):
            return
                "\(place): the gradient for \(path) is not finite although the loss is; \(kept) Lower the learning "
                + "rate or clip gradients."
        case .notReproduced:
            return
                "\(place): the loss or a gradient was not finite, but every layer was finite when the batch was "
                + "run again one layer at a time; \(kept) Lower the learning rate."
        }
    }

    private func sentence(_ text: String) -> String { text.prefix(1).uppercased() + text.dropFirst() }
}
