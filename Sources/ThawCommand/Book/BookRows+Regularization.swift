import Thaw

extension BookRow {
    /// Rows 20 to 25: penalties, dropout, constraints.
    static let regularizationRows: [BookRow] = [
        BookRow(
            20, "ELU 300-100, He, l2(.01) on every kernel, Nadam, standardised, 2 epochs", milliseconds: 3,
            bands: Spread.brief.both((0.7280, 0.8247), (0.6850, 0.8376))
        ) { session in
            try session.trainBriefly(
                Sequential(seed: session.seed) {
                    Flatten(inputShape: [28, 28])
                    Dense(300, activation: .elu, kernelInitializer: .heNormal, kernelRegularizer: .l2(0.01))
                    Dense(100, activation: .elu, kernelInitializer: .heNormal, kernelRegularizer: .l2(0.01))
                    Dense(10, activation: .softmax, kernelRegularizer: .l2(0.01))
                })
        },
        BookRow(
            21, "the same, layers made by one function", milliseconds: 3,
            bands: Spread.brief.both((0.7282, 0.8245), (0.6826, 0.8382))
        ) { session in
            func dense(
                _ units: Int, _ activation: ActivationFunction = .elu, _ initializer: Initializer = .heNormal
            ) -> Dense {
                Dense(
                    units, activation: activation, kernelInitializer: initializer,
                    kernelRegularizer: .l2(0.01))
            }
            return try session.trainBriefly(
                Sequential(
                    [
                        Flatten(inputShape: [28, 28]), dense(300), dense(100),
                        dense(10, .softmax, .glorotUniform),
                    ], seed: session.seed))
        },
        BookRow(
            22, "ELU with Dropout .2 before each Dense, Nadam, standardised, 2 epochs", milliseconds: 3,
            bands: Spread.brief.both((0.4306, 0.8401), (0.3395, 0.8722))
        ) { session in
            try session.trainBriefly(
                Sequential(seed: session.seed) {
                    Flatten(inputShape: [28, 28])
                    for units in [300, 100] {
                        Dropout(0.2)
                        Dense(units, activation: .elu, kernelInitializer: .heNormal)
                    }
                    Dropout(0.2)
                    Dense(10, activation: .softmax)
                })
        },
        BookRow(
            23, "S's layers with AlphaDropout .2, SGD .01 momentum .9 nesterov, 20 epochs", milliseconds: 2,
            bands: Spread.restless.both((0.4189, 0.8421), (0.4388, 0.8760))
                + Spread.restless.other("test", 0.4723, 0.8639)
                + Spread.restless.other("training set, inference mode:", 0.3501, 0.8840)
                + [
                    Band(
                        "loss of one more epoch", 0.4225, within: 0.02,
                        because: "training loss in training mode: as calm as a mean over 55,000 images"),
                    Band(
                        "accuracy of one more epoch", 0.8432, within: 0.007, because: "the same"),
                ]
        ) { try $0.alphaDropoutNet().run },
        BookRow(
            24, "Monte-Carlo dropout, 100 samples, on 23",
            bands: [
                Band("test accuracy", 0.8661, within: 0.012, because: "as row 23's test accuracy"),
                Band(
                    "accuracy over inference mode", in: -0.006...0.010,
                    because: "reported +.0022: the two agree on nearly all images"),
                .count("parameters", 266_610),
            ]
        ) { try $0.sampleAlphaDropout() },
        BookRow(
            25, "SELU with max-norm 1 on every kernel, Nadam, standardised, 2 epochs", milliseconds: 3,
            bands: Spread.brief.both((0.3545, 0.8709), (0.3714, 0.8662))
        ) { session in
            try session.trainBriefly(
                Sequential(seed: session.seed) {
                    Flatten(inputShape: [28, 28])
                    for units in [300, 100] {
                        Dense(
                            units, activation: .selu, kernelInitializer: .lecunNormal,
                            kernelConstraint: .maxNorm(1))
                    }
                    Dense(10, activation: .softmax, kernelConstraint: .maxNorm(1))
                })
        },
    ]
}

extension BookSession {
    fileprivate func trainBriefly(_ model: Sequential) throws -> RowRun {
        try model.compile(
            optimizer: .nadam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let parts = try images.standardizedFashionMNIST.get()
        return try fit(model, parts.train, epochs: 2, validation: parts.validation)
    }

    fileprivate func alphaDropoutNet() throws -> (model: Sequential, run: RowRun) {
        try shared("alpha dropout") {
            let model = Sequential(seed: seed) {
                Flatten(inputShape: [28, 28])
                for units in [300, 100] {
                    AlphaDropout(0.2)
                    Dense(units, activation: .selu, kernelInitializer: .lecunNormal)
                }
                AlphaDropout(0.2)
                Dense(10, activation: .softmax)
            }
            try model.compile(
                optimizer: .sgd(learningRate: 0.01, momentum: 0.9, nesterov: true),
                loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            let parts = try images.standardizedFashionMNIST.get()
            var run = try fit(model, parts.train, epochs: 20, validation: parts.validation)
            try measure(model, on: parts.test, as: "test", into: &run)
            try measure(model, on: parts.train, as: "training set, inference mode:", into: &run)
            let more = try model.fit(parts.train, epochs: 1, verbosity: verbosity)
            run.values["loss of one more epoch"] = more.loss.last
            run.values["accuracy of one more epoch"] = more["accuracy"].last
            return (model, run)
        }
    }

    fileprivate func sampleAlphaDropout() throws -> RowRun {
        let (model, _) = try alphaDropoutNet()
        let test = try images.standardizedFashionMNIST.get().test
        let prediction = try model.predict(test, samples: 100)
        let labels = test.targets[0].ints
        func accuracy(_ predictions: Tensor) -> Double {
            let classes = predictions.argMax(axis: 1).ints
            return Double(zip(classes, labels).count { $0 == $1 }) / Double(labels.count)
        }
        var run = RowRun()
        let sampled = accuracy(prediction.mean)
        run.values["test accuracy"] = sampled
        run.values["accuracy over inference mode"] =
            sampled - accuracy(try model.predict(test, batchSize: 256))
        run.values["parameters"] = Double(model.parameterCount)
        func list(_ values: Tensor) -> String {
            values[0].doubles.map { ($0 * 1000).rounded() / 1000 }.map { "\($0)" }.joined(separator: " ")
        }
        run.notes = [
            "Image 0, mean by class: \(list(prediction.mean)).",
            "Image 0, deviation by class: \(list(prediction.deviation)).",
        ]
        return run
    }
}
