import Foundation
import Thaw

/// The loss and the metrics that a user names, in place of those in a file.
struct EvaluationGoals {
    private let loss: Loss?
    private let metrics: [String]?

    /// - Parameters:
    ///   - loss: Keras's name of a loss; nil takes the file's.
    ///   - metrics: Keras's names of metrics with commas between them; nil takes the file's.
    init(loss: String?, metrics: String?) throws {
        self.loss = try loss.map { name in
            guard let loss = Loss.named(name) else {
                throw ToolError(
                    "--loss \(name): there is no such loss; expected one of \(Loss.names.joined(separator: ", "))."
                )
            }
            return loss
        }
        self.metrics = metrics?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        for name in self.metrics ?? [] { _ = try Self.metric(name) }
    }

    /// Compiles the model if it has to be measured otherwise than its file says.
    ///
    /// - Throws: `ToolError` if there is no loss.
    func compile(_ file: ModelFile) throws {
        let model = file.model
        let losses = loss.map { loss in (model.outputShapes ?? [[]]).map { _ in loss } } ?? model.losses
        guard !losses.isEmpty else {
            let reason = file.compileProblem.map { "what the file says of its loss cannot be used: \($0)" }
            throw ToolError(
                "\(file.file): \(reason ?? "the file does not say with which loss the model was compiled.") "
                    + "Give --loss, and --metrics.")
        }
        guard loss != nil || metrics != nil else { return }
        let named = try metrics.map { names in
            try losses.map { _ in try names.map(Self.metric) }
        }
        let old = model.metrics
        try model.compile(
            optimizer: model.optimizer ?? .sgd(), losses: losses,
            metrics: named ?? (old.count == losses.count ? old : []))
    }

    private static func metric(_ name: String) throws -> Metric {
        guard let metric = Metric.named(name) else {
            throw ToolError(
                "--metrics \(name): there is no such metric; expected "
                    + "\((Metric.names + Loss.names).joined(separator: ", ")).")
        }
        return metric
    }
}
