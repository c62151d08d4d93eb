import Thaw

extension BookRow {
    /// Rows 26 to 31: twenty layers on CIFAR-10.
    static let cifarRows: [BookRow] = [
        BookRow(
            26, "20 x Dense 100 ELU, He, Nadam 5e-5, early stopping with patience 20", images: .cifar10,
            milliseconds: 5,
            bands: stopped((1.1925, 0.5701), best: (1.4960, 0.4762))
        ) { session in
            let model = Sequential(seed: session.seed) {
                Flatten(inputShape: [32, 32, 3])
                for _ in 0..<20 { Dense(100, activation: .elu, kernelInitializer: .heNormal) }
                Dense(10, activation: .softmax)
            }
            return try session.trainStopping(model, rate: 5e-5, standardized: false)
        },
        BookRow(
            27, "the same with BN first and before every activation, Nadam 5e-4", images: .cifar10,
            milliseconds: 8.5,
            bands: stopped((0.8934, 0.6880), best: (1.3344, 0.5398))
        ) { session in
            let model = Sequential(seed: session.seed) {
                Flatten(inputShape: [32, 32, 3])
                BatchNormalization()
                for _ in 0..<20 {
                    Dense(100, kernelInitializer: .heNormal)
                    BatchNormalization()
                    Activation(.elu)
                }
                Dense(10, activation: .softmax)
            }
            return try session.trainStopping(model, rate: 5e-4, standardized: false)
        },
        BookRow(
            28, "SELU, LeCun, standardised, Nadam 7e-4", images: .cifar10, milliseconds: 5,
            bands: stopped((0.9005, 0.6902), best: (1.4633, 0.4792))
        ) { session in
            let units = [Int](repeating: 100, count: 20)
            let model = BookSession.selu(units, inputShape: [32, 32, 3], seed: session.seed)
            return try session.trainStopping(model, rate: 7e-4, standardized: true)
        },
        BookRow(
            29, "with AlphaDropout .1 before the output, Nadam 5e-4; Monte-Carlo dropout x 10",
            images: .cifar10, milliseconds: 5,
            bands: stopped((0.8499, 0.7118), best: (1.4805, 0.4890)) + [
                Band(
                    "Monte-Carlo validation accuracy", 0.4892, within: 0.031,
                    because: "as the accuracy without it")
            ]
        ) { session in
            let model = BookSession.deepAlphaDropout(seed: session.seed)
            var run = try session.trainStopping(model, rate: 5e-4, standardized: true)
            let validation = try session.images.standardizedCIFAR10.get().validation
            let classes = try model.predict(validation, samples: 10).mean.argMax(axis: 1).ints
            let hits = zip(classes, validation.targets[0].ints).count { $0 == $1 }
            run.values["Monte-Carlo validation accuracy"] = Double(hits) / Double(classes.count)
            return run
        },
        BookRow(
            30, "learning-rate finder on 29's net, batch 128", images: .cifar10, milliseconds: 6,
            bands: Band.search(steps: 352)
        ) { session in
            try session.findRate(
                BookSession.deepAlphaDropout(seed: session.seed),
                on: session.images.standardizedCIFAR10.get().train, title: "row 30: loss by learning rate")
        },
        BookRow(
            31, "29's net, SGD, 1cycle .05, batch 128, 15 epochs", images: .cifar10, milliseconds: 6,
            bands: Spread.stopped.training(0.8936, 0.6801)
                + Spread.stopped.other("validation", 1.5912, 0.5198)
        ) { session in
            let model = BookSession.deepAlphaDropout(seed: session.seed)
            try model.compile(
                optimizer: .sgd(learningRate: .oneCycle(maximum: 0.05, steps: 15 * 352)),
                loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            let parts = try session.images.standardizedCIFAR10.get()
            return try session.fit(
                model, parts.train, epochs: 15, batchSize: 128, validation: parts.validation)
        },
    ]

    /// Bands of a net that is trained until it gets no better: of its last epoch, and of its best weights.
    private static func stopped(_ last: (Double, Double), best: (Double, Double)) -> [Band] {
        Spread.stopped.training(last.0, last.1) + Spread.stopped.other("best validation", best.0, best.1)
    }
}

extension BookSession {
    fileprivate static func deepAlphaDropout(seed: UInt64) -> Sequential {
        Sequential(seed: seed) {
            Flatten(inputShape: [32, 32, 3])
            for _ in 0..<20 { Dense(100, activation: .selu, kernelInitializer: .lecunNormal) }
            AlphaDropout(0.1)
            Dense(10, activation: .softmax)
        }
    }

    /// Nadam for at most 100 epochs, until the validation loss has not fallen for 20; the best weights are kept.
    fileprivate func trainStopping(_ model: Sequential, rate: Double, standardized: Bool) throws -> RowRun {
        try model.compile(
            optimizer: .nadam(learningRate: rate), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let parts = try (standardized ? images.standardizedCIFAR10 : images.cifar10).get()
        let stopping = EarlyStopping(patience: 20, restoreBestWeights: true)
        var run = try fit(
            model, parts.train, epochs: 100, validation: parts.validation, callbacks: [stopping])
        run.values["epochs"] = Double(model.history?.epochs.count ?? 0)
        try measure(model, on: parts.validation, as: "best validation", into: &run)
        run.notes = ["Stopped after \(model.history?.epochs.count ?? 0) epochs."]
        return run
    }
}
