import Foundation
import Thaw

/// The arguments that all networks have.
struct ApplicationSettings {
    var inputShape: [Int]?
    var weights: PretrainedWeights = .none
    var includeTop = true
    var pooling: FinalPooling?
    var classes = 1000
    var classifierActivation: ActivationFunction = .softmax
    var seed: UInt64?
    var name: String?

    /// The input of a network, and its height and width.
    ///
    /// - Parameters:
    ///   - application: the network, for messages.
    ///   - defaultSize: height and width where no shape is given.
    ///   - minimum: the least height and width.
    /// - Throws: `ApplicationError.invalidArgument` for another shape than an image's of at least that size, and for arguments
    ///   that do not go with published weights.
    func image(_ application: String, defaultSize: Int, minimum: Int) throws -> Input {
        let shape = inputShape ?? [defaultSize, defaultSize, 3]
        func fail(_ message: String) -> ApplicationError {
            .invalidArgument(application: application, message: message)
        }
        guard shape.count == 3, shape[2] >= 1, min(shape[0], shape[1]) >= minimum else {
            throw fail(
                "inputShape must be [height, width, channels] with a height and width of at least \(minimum), got \(shape)."
            )
        }
        guard classes >= 1 else { throw fail("classes must be at least 1, got \(classes).") }
        if case .published(let publication, _) = weights.source {
            guard shape[2] == 3 else {
                throw fail("\(publication.rawValue) weights are for 3 channels, got inputShape \(shape).")
            }
            let published = publication == .imageNet ? 1000 : 10
            guard !includeTop || classes == published else {
                throw fail(
                    "\(publication.rawValue) weights are for \(published) classes, got classes: \(classes); put a classifier of "
                        + "your own on the network without its own (includeTop: false).")
            }
        }
        return Input(shape: shape)
    }

    /// The end of a network without its classifier.
    ///
    /// - Parameters:
    ///   - features: what the last block gives.
    ///   - names: what the pooling layer is called; numbered by type if nil.
    func pooled(
        _ features: LayerOutput, names: (average: String, maximum: String)? = nil
    ) throws -> LayerOutput {
        switch pooling {
        case .average: try GlobalAveragePooling2D(name: names?.average)(features)
        case .maximum: try GlobalMaxPooling2D(name: names?.maximum)(features)
        case nil: features
        }
    }

    /// The classifier.
    func classified(
        _ features: LayerOutput, kernelInitializer: Initializer = .glorotUniform, name: String = "predictions"
    ) throws -> LayerOutput {
        try Dense(
            classes, activation: classifierActivation, kernelInitializer: kernelInitializer, name: name)(
                features)
    }

    /// Throws unless a width multiplier can be one.
    static func check(alpha: Double, of application: String) throws {
        guard alpha > 0, alpha <= 64 else {
            throw ApplicationError.invalidArgument(
                application: application, message: "alpha must be above 0 and at most 64, got \(alpha).")
        }
    }
}

/// A network that is put together and has no weights yet.
struct ApplicationPlan {
    /// The network's name in messages, for example `MobileNet(alpha: 0.25)`.
    let application: String
    /// The model's name, unless the settings have one.
    let name: String
    let settings: ApplicationSettings
    let inputs: [LayerOutput]
    let outputs: [LayerOutput]
    /// What the weights expect of images.
    let preprocessing: Preprocessing?
    /// The weights that somebody publishes for these settings.
    var published: PublishedWeights?
    /// Whether a file may hold more than the network, such as a classifier.
    var takesPartOfFile = false
}

/// Names the layers that Keras leaves unnamed, numbered in the order in which it makes them.
final class AutomaticNames {
    private var counts: [String: Int] = [:]

    func callAsFunction<Named: Layer>(_ layer: Named) -> Named {
        let base = layer.name
        let count = counts[base, default: 0]
        counts[base] = count + 1
        layer.assign(automaticName: count == 0 ? base : "\(base)_\(count)", base: base)
        return layer
    }
}
