import Foundation
public import Thaw

/// A network that others designed and published weights for, in the structure, names and order of layers that
/// `keras.applications` gives it.
///
/// ```swift
/// let base = try MobileNet(alpha: 0.25, weights: .file("mobilenet_2_5_224_tf_no_top.h5"), includeTop: false)
/// base.freeze()
/// let classifier = Sequential {
///     base
///     GlobalAveragePooling2D()
///     Dense(2, activation: .softmax)
/// }
/// ```
///
/// It is a `Model` of inputs and outputs: `layers[..<140]` are the layers that they are in Keras, and a saved one is an ordinary
/// model in Keras and here. `preprocessing` says what images it expects.
///
/// Inputs have one size, Keras's default unless `inputShape` says otherwise; Keras leaves it open without the top.
public class Application: Model {
    /// Makes the network of a plan and loads its weights.
    required init(_ plan: ApplicationPlan) throws {
        try super.init(
            inputs: plan.inputs, outputs: plan.outputs, seed: plan.settings.seed,
            name: plan.settings.name ?? plan.name)
        if let preprocessing = plan.preprocessing { self.preprocessing = preprocessing }
        try load(plan)
    }

    public override func cloned() throws -> Layer {
        try copied { inputs, outputs, seed in
            var settings = ApplicationSettings()
            settings.seed = seed
            return try type(of: self).init(
                ApplicationPlan(
                    application: typeName, name: name, settings: settings, inputs: inputs, outputs: outputs,
                    preprocessing: nil))
        }
    }

    private func load(_ plan: ApplicationPlan) throws {
        switch plan.settings.weights.source {
        case .none: break
        case .file(let url): try load(url, plan)
        case .published(let publication, let folder):
            guard let published = plan.published, published.publication == publication else {
                throw ApplicationError.invalidArgument(
                    application: plan.application,
                    message: plan.published.map {
                        "its published weights were trained on \($0.publication.rawValue), not on \(publication.rawValue)."
                    } ?? "nobody publishes weights for these arguments; load a file with weights: .file(...)."
                )
            }
            // Whatever is beside the numbers in a file of weights is small.
            let limit = parameterCount * 5 + 8 << 20
            try load(published.file(in: folder, for: plan.application, limit: limit), plan)
        }
    }

    private func load(_ url: URL, _ plan: ApplicationPlan) throws {
        do {
            let report = try loadWeights(from: url, strict: !plan.takesPartOfFile)
            guard report.missing.isEmpty else {
                throw WeightFileError(
                    file: report.file, model: name, missing: report.missing, unexpected: report.unused,
                    mismatched: [])
            }
        } catch let error as WeightFileError {
            throw ApplicationError.otherWeights(
                application: plan.application + (plan.settings.includeTop ? "" : " without its top"),
                file: url.path, difference: firstDifference(error),
                guess: KnownApplications.guess(try WeightFileContents(of: url).arrays.map(\.shape)))
        }
    }

    /// Which parameter differs first, and how.
    private func firstDifference(_ error: WeightFileError) -> String {
        for path in parameterPaths.map(\.path) {
            let layer = path.split(separator: "/").dropLast().joined(separator: "/")
            if let text = error.mismatched.first(where: { $0 == path || $0.hasPrefix("\(path) ") }) {
                return "the first layer that differs is \(layer): \(text)"
            }
            if error.missing.contains(path) {
                return "the first layer that differs is \(layer): the file has nothing for \(path)"
            }
        }
        return
            "the file has \(error.unexpected.count) arrays too many, such as \(error.unexpected.first ?? "?")"
    }
}
