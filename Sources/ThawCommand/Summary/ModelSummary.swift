import Foundation
import Thaw

/// What a file says about a whole model.
struct ModelSummary: Codable, Equatable {
    /// A layer of the model, not of a model inside.
    struct Layer: Codable, Equatable {
        let name: String
        let type: String
        let outputShape: String
        let parameters: Int
        let isFrozen: Bool
    }

    /// How the model was trained.
    struct Optimizer: Codable, Equatable {
        let name: String
        let learningRate: Double
        let steps: Int
    }

    let file: String
    let holds: String
    let writtenBy: String
    let name: String
    let layers: [Layer]
    let parameters: Int
    let trainableParameters: Int
    /// Absent if the model is not compiled.
    let optimizer: Optimizer?
    let losses: [String]
    let metrics: [[String]]
    /// Paths of layers with parameters, those inside models among them.
    let frozenLayers: [String]
    /// Batch Normalizations that do not do what they do by default.
    let statistics: [String: String]
    /// Why the model could not be compiled as the file says.
    let compileProblem: String?
    /// The number of layers with parameters.
    let weightedLayers: Int
    /// What is otherwise here than in the file.
    let notes: [String]

    init(_ file: ModelFile) {
        let model = file.model
        self.file = file.file
        holds = "model"
        writtenBy = file.saved.writer
        name = model.name
        let shapes = model.layerOutputShapes()
        layers = model.layers.enumerated().map { index, layer in
            Layer(
                name: model.name(of: layer), type: layer.typeName, outputShape: shapes?[index] ?? "?",
                parameters: layer.parameterCount,
                isFrozen: layer.parameterCount > 0 && !layer.isTrainable)
        }
        parameters = model.parameterCount
        trainableParameters = model.trainableParameterCount
        optimizer = model.optimizer.map {
            Optimizer(name: $0.name, learningRate: $0.learningRate, steps: $0.iterations)
        }
        losses = model.losses.map { $0?.name ?? "none" }
        metrics = model.metrics.map { $0.map(\.name) }
        var paths: [(path: String, layer: Thaw.Layer)] = []
        for (path, parameter) in model.parameterPaths {
            guard let layer = parameter.layer, !paths.contains(where: { $0.layer === layer }) else {
                continue
            }
            paths.append((path.split(separator: "/").dropLast().joined(separator: "/"), layer))
        }
        weightedLayers = paths.count
        frozenLayers = paths.filter { !$0.layer.isTrainable }.map(\.path)
        var statistics: [String: String] = [:]
        for (path, layer) in paths {
            guard let layer = layer as? BatchNormalization, layer.statistics != .automatic else { continue }
            statistics[path] = layer.statistics.rawValue
        }
        self.statistics = statistics
        compileProblem = file.compileProblem
        notes = model.loadingNotes
    }

    /// What follows the table of the layers.
    var text: String {
        var lines = [" File: whole model, written by \(writtenBy)"]
        if let optimizer {
            let rate = NumberText.short(optimizer.learningRate)
            lines.append(
                " Optimizer: \(optimizer.name), learning rate \(rate), "
                    + NumberText.count(optimizer.steps, "step"))
            lines.append(" Loss: \(losses.joined(separator: ", "))")
            let names = metrics.flatMap { $0 }
            lines.append(" Metrics: \(names.isEmpty ? "none" : names.joined(separator: ", "))")
        } else {
            let reason = compileProblem.map { "what the file says of it cannot be used: \($0)" }
            lines.append(" Not compiled: \(reason ?? "the file holds no optimizer and no loss.")")
        }
        let shown = frozenLayers.prefix(20).joined(separator: ", ")
        let more = frozenLayers.count > 20 ? " and \(frozenLayers.count - 20) more" : ""
        lines.append(
            " Frozen layers: "
                + (frozenLayers.isEmpty
                    ? "none" : "\(frozenLayers.count) of \(weightedLayers): \(shown)\(more)"))
        for (path, value) in statistics.sorted(by: { $0.key < $1.key }) {
            lines.append(" Statistics of \(path): .\(value)")
        }
        lines += notes.map { " Note: \($0)" }
        return lines.joined(separator: "\n")
    }
}
