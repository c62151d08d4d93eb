import Foundation
import Thaw
import ThawVision

/// The blog's experiment from the images to the report, with what is printed on the way.
struct BlogExperiment: Sendable {
    let backbone: Backbone
    var plan: BlogPlan
    let weights: PretrainedWeights
    /// Where CIFAR-10 is; nothing looks for it.
    let data: [String]
    let seed: UInt64
    /// How `fit` shows its progress.
    var verbosity = Verbosity.automatic

    /// Does it all.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, and what loading and training throw.
    func run() throws -> BlogReport {
        let start = ContinuousClock.now
        let base = try network()
        let model = try Self.model(on: base, seed: seed)
        var plan = plan
        let frozenLayers = plan.frozenLayers ?? (backbone == .resnet50 ? 140 : base.layers.count * 4 / 5)
        guard frozenLayers <= model.layers.count else {
            throw ToolError("--frozen \(frozenLayers): the model has \(model.layers.count) layers.")
        }
        plan.frozenLayers = frozenLayers
        let images = try BlogImages(
            data, count: plan.imagesPerClass, size: plan.size, preprocessing: base.preprocessing)
        try Task.checkCancellation()
        say(
            "\(plan.network), \(model.layers.count) layers, the first \(frozenLayers) frozen; \(images.summary).\n"
                + "val_: the training images again, in inference mode.")
        let runs = try FrozenBehaviour.allCases.map { behaviour in
            say("\nFrozen Batch Normalization \"\(behaviour.rawValue)\" (\(behaviour.origin))")
            let model = try Self.model(on: network(), seed: seed)
            Self.freeze(model, layers: frozenLayers, behaviour)
            try model.compile(
                optimizer: .sgd(learningRate: plan.learningRate), loss: .sparseCategoricalCrossentropy,
                metrics: [.accuracy])
            return try TransferRun(
                behaviour, of: model, train: images.train, validation: images.unseen,
                batchSize: plan.batchSize,
                epochs: plan.epochs, followsValidation: false, verbosity: verbosity)
        }
        guard Set(runs.map(\.startDigest)).count == 1 else { throw DemoError.startsDiffer }
        let normalizations = model.layers.enumerated().filter { $0.element is BatchNormalization }
        let report = BlogReport(
            plan: plan, seed: seed, layers: model.layers.count, parameters: model.parameterCount,
            frozenBatchNormalizations: normalizations.count { $0.offset < frozenLayers },
            batchNormalizations: normalizations.count, unseenImages: images.unseen.count, runs: runs,
            verdict: DemoVerdict.sentences(runs), versions: ToolVersion.versions,
            seconds: (ContinuousClock.now - start) / .seconds(1))
        say(
            """

            Loss/accuracy after \(plan.epochs) epochs; the first two columns are the training images.
            \(DemoTable(runs).text)

            Verdict
            \(report.verdict.map { "- \($0)" }.joined(separator: "\n"))
            """)
        return report
    }

    private func network() throws -> Application {
        try backbone.network(alpha: plan.alpha ?? 1, size: plan.size, weights: weights, seed: seed)
    }

    /// The network with the blog's head: all its features, and a layer of two classes.
    private static func model(on base: Application, seed: UInt64) throws -> Model {
        let features = try Flatten(name: "flatten")(base.outputs[0])
        return try Model(
            inputs: base.inputs, outputs: [Dense(2, activation: .softmax, name: "head")(features)], seed: seed
        )
    }

    /// Freezes the first layers, whose Batch Normalization is told what it does in `fit`.
    private static func freeze(_ model: Model, layers count: Int, _ behaviour: FrozenBehaviour) {
        for layer in model.layers.prefix(count) {
            layer.freeze()
            (layer as? BatchNormalization)?.statistics = behaviour.statistics
        }
    }

    private func say(_ text: String) {
        guard verbosity != .silent else { return }
        print(text)
        fflush(nil)
    }
}
