import Thaw

/// The steps of a case in Thaw's words.
final class ConformanceModel {
    /// A way to get freezing wrong, to see that the cases notice.
    enum Damage: String, CaseIterable {
        case frozenNormalizationUsesBatch, frozenNormalizationUpdates, freezingDoesNothing,
            unfreezingDoesNothing
        case oneNormalizationTooMany
    }

    private(set) var model: Model
    private let training: ConformanceCase.Training
    private let damage: Damage?

    init(_ description: ConformanceCase, damage: Damage?) throws {
        training = description.training
        self.damage = damage
        let image = Input(shape: description.net.inputShape)
        var value = image.layerOutput
        for layer in description.net.layers {
            value = try Self.layer(layer)(
                value, mode: layer.mode.map { $0 == "training" ? .training : .inference })
        }
        model = try Model(inputs: [image], outputs: [value], seed: 1)
        for (path, parameter) in model.parameterPaths {
            guard let values = description.weights[path] else {
                throw ConformanceFailure("the case has no values for \(path)")
            }
            try parameter.assign(values.tensor)
        }
        damageNormalizations()
    }

    private static func layer(_ description: ConformanceCase.LayerDescription) throws -> Layer {
        let name = description.name
        switch description.type {
        case .container: return Sequential(try (description.layers ?? []).map { try layer($0) }, name: name)
        case .convolution:
            return Conv2D(
                description.units ?? 0, kernelSize: 1, usesBias: description.bias ?? true, name: name)
        case .dense: return Dense(description.units ?? 0, usesBias: description.bias ?? true, name: name)
        case .normalization:
            return BatchNormalization(
                momentum: description.momentum ?? 0.99, epsilon: description.epsilon ?? 1e-3, name: name)
        case .relu: return ReLU(name: name)
        case .dropout: return Dropout(description.rate ?? 0, name: name)
        case .globalAveragePooling: return GlobalAveragePooling2D(name: name)
        }
    }

    private func damageNormalizations() {
        for case let layer as BatchNormalization in model.leaves {
            switch damage {
            case .frozenNormalizationUsesBatch: layer.statistics = .batch
            case .frozenNormalizationUpdates: layer.statistics = .batchUpdating
            default: break
            }
        }
    }

    func compile(keepingOptimizer: Bool) throws {
        let kept = keepingOptimizer ? model.optimizer : nil
        try model.compile(optimizer: try kept ?? makeOptimizer(), loss: .meanSquaredError)
    }

    private func makeOptimizer() throws -> Optimizer {
        let settings = training.optimizer
        switch settings.type {
        case "sgd": return .sgd(learningRate: settings.learningRate, momentum: settings.momentum ?? 0)
        case "adam": return .adam(learningRate: settings.learningRate, epsilon: settings.epsilon ?? 1e-7)
        case "adamw":
            return .adamW(
                learningRate: settings.learningRate, weightDecay: settings.weightDecay ?? 0,
                epsilon: settings.epsilon ?? 1e-7)
        default: throw ConformanceFailure("no optimizer is called \(settings.type)")
        }
    }

    func freeze(_ path: String) throws {
        guard damage != .freezingDoesNothing else { return }
        try model.layer(named: path).freeze()
    }

    func unfreeze(_ path: String, keepingNormalizationFrozen: Bool) throws {
        guard damage != .unfreezingDoesNothing else { return }
        let layer = try model.layer(named: path)
        let keeps = keepingNormalizationFrozen && damage != .oneNormalizationTooMany
        for leaf in layer.leaves where !(keeps && leaf is BatchNormalization) { leaf.unfreeze() }
    }

    /// Takes steps on one batch; the loss of the last.
    func train(_ batch: ConformanceCase.Batch, samples: [Int]?, steps: Int) throws -> Double {
        guard training.clearsGradients == nil else {
            throw ConformanceNotApplicable(
                "fit computes gradients anew in each step; there are none to clear")
        }
        let x = batch.x.samples(samples).tensor
        // One epoch is one step, since the batch is all the data.
        let history = try model.fit(
            x, batch.y.samples(samples).tensor, batchSize: x.shape[0], epochs: steps, shuffle: false,
            verbosity: .silent)
        return history.loss.last ?? .nan
    }

    func predict(_ x: Tensor, mode: Mode) throws -> Tensor {
        try model.predict(x, batchSize: x.shape[0], mode: mode)
    }

    func evaluate(_ batch: ConformanceCase.Batch, samples: [Int]?) throws -> Double {
        let x = batch.x.samples(samples).tensor
        return try model.evaluate(
            x, batch.y.samples(samples).tensor, batchSize: x.shape[0], verbosity: .silent
        ).loss
    }

    func save(to folder: TestFolder) throws { try model.save(to: folder.file("model.keras")) }

    func load(from folder: TestFolder) throws {
        model = try Model.load(from: folder.file("model.keras"))
    }

    var parameters: [String: Tensor] {
        Dictionary(uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value) })
    }

    var trainable: Set<String> { Set(model.parameterPaths.filter(\.parameter.isTrainable).map(\.path)) }
}

/// An expectation that did not hold, and what was seen.
struct ConformanceFailure: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// Why a case says nothing about Thaw.
struct ConformanceNotApplicable: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
}
