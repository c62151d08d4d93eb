import Thaw

extension BookRow {
    /// Rows 1 to 7: activation functions, first weights, Batch Normalization.
    static let networkRows: [BookRow] = [
        BookRow(
            1, "Dense 300-100, He, LeakyReLU; SGD 1e-3, 10 epochs", milliseconds: 0.89,
            bands: Spread.smooth.both((0.4918, 0.8340), (0.4817, 0.8396))
        ) { session in
            try session.trainPlain {
                Dense($0, kernelInitializer: .heNormal)
            } activation: {
                LeakyReLU()
            }
        },
        BookRow(
            2, "Dense 300-100, He, PReLU; SGD 1e-3, 10 epochs", milliseconds: 0.98,
            bands: Spread.smooth.both((0.4941, 0.8314), (0.4826, 0.8398))
        ) { session in
            try session.trainPlain {
                Dense($0, kernelInitializer: .heNormal)
            } activation: {
                PReLU()
            }
        },
        BookRow(
            3, "1,000 SELU layers of 100 units on standard-normal rows, LeCun; numbers only", images: .none,
            bands: [
                Band(
                    "smallest mean", in: -0.1...0.1,
                    because: "reported -.02; the mean of 50,000 numbers of one draw"),
                Band("largest mean", in: -0.1...0.1, because: "reported .05"),
                Band("smallest deviation", in: 0.7...1.1, because: "reported .83; layers keep it near 1"),
                Band("largest deviation", in: 0.9...1.2, because: "reported 1.00"),
            ]
        ) { try $0.selfNormalize() },
        BookRow(
            4, "100 SELU layers, LeCun, standardised; SGD 1e-3, 5 epochs", milliseconds: 5,
            bands: Spread.deep.both((0.5569, 0.8051), (0.4907, 0.8218))
        ) { try $0.trainDeep(.selu, .lecunNormal) },
        BookRow(
            5, "100 ReLU layers, He, standardised; SGD 1e-3, 5 epochs", milliseconds: 5,
            bands: Spread.deep.both((0.7288, 0.7152), (0.6638, 0.7380))
        ) { try $0.trainDeep(.relu, .heNormal) },
        BookRow(
            6, "BN, Dense 300 ReLU, BN, Dense 100 ReLU, BN; SGD 1e-3, 10 epochs", milliseconds: 1,
            bands: Spread.smooth.both((0.3903, 0.8617), (0.3573, 0.8750)) + [
                .count("parameters", 271_346),
                .count("trainable parameters", 268_978),
            ]
        ) { session in
            try session.trainNormalized(
                Sequential(seed: session.seed) {
                    Flatten(inputShape: [28, 28])
                    BatchNormalization()
                    Dense(300, activation: .relu)
                    BatchNormalization()
                    Dense(100, activation: .relu)
                    BatchNormalization()
                    Dense(10, activation: .softmax)
                })
        },
        BookRow(
            7, "BN before the activation, Dense without bias; SGD 1e-3, 10 epochs", milliseconds: 1,
            bands: Spread.smooth.both((0.4333, 0.8494), (0.3875, 0.8660))
        ) { session in
            try session.trainNormalized(
                Sequential(seed: session.seed) {
                    Flatten(inputShape: [28, 28])
                    BatchNormalization()
                    for units in [300, 100] {
                        Dense(units, usesBias: false)
                        BatchNormalization()
                        Activation(.relu)
                    }
                    Dense(10, activation: .softmax)
                })
        },
    ]
}

extension BookSession {
    fileprivate func trainPlain(
        _ dense: (Int) -> Layer, activation: () -> Layer
    ) throws -> RowRun {
        let model = Sequential(seed: seed) {
            Flatten(inputShape: [28, 28])
            for units in [300, 100] {
                dense(units)
                activation()
            }
            Dense(10, activation: .softmax)
        }
        return try trainNormalized(model)
    }

    /// Plain SGD with rate 1e-3 for 10 epochs.
    fileprivate func trainNormalized(_ model: Sequential) throws -> RowRun {
        try model.compile(
            optimizer: .sgd(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let parts = try images.fashionMNIST.get()
        var run = try fit(model, parts.train, epochs: 10, validation: parts.validation)
        run.values["parameters"] = Double(model.parameterCount)
        run.values["trainable parameters"] = Double(model.trainableParameterCount)
        return run
    }

    fileprivate func trainDeep(_ activation: ActivationFunction, _ initializer: Initializer) throws -> RowRun
    {
        let model = Sequential(seed: seed) {
            Flatten(inputShape: [28, 28])
            Dense(300, activation: activation, kernelInitializer: initializer)
            for _ in 0..<99 { Dense(100, activation: activation, kernelInitializer: initializer) }
            Dense(10, activation: .softmax)
        }
        try model.compile(
            optimizer: .sgd(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let parts = try images.standardizedFashionMNIST.get()
        return try fit(model, parts.train, epochs: 5, validation: parts.validation)
    }

    /// Means and deviations after every hundredth of 1,000 layers.
    fileprivate func selfNormalize() throws -> RowRun {
        var stream = RandomStream(seed: seed)
        var values = Tensor(shape: [500, 100], scalars: (0..<50_000).map { _ in stream.normal() })
        var means: [Double] = []
        var deviations: [Double] = []
        for block in 0..<10 {
            let layers = Sequential(seed: seed &* 1000 &+ UInt64(block)) {
                for index in 0..<100 {
                    Dense(
                        100, activation: .selu, kernelInitializer: .lecunNormal,
                        inputShape: index == 0 ? [100] : nil)
                }
            }
            values = try layers.predict(values, batchSize: 500)
            let mean = values.mean().item
            means.append(mean)
            deviations.append((values - mean).square().mean().item.squareRoot())
        }
        var run = RowRun()
        run.values["smallest mean"] = means.min()
        run.values["largest mean"] = means.max()
        run.values["smallest deviation"] = deviations.min()
        run.values["largest deviation"] = deviations.max()
        run.charts = [
            LineChart(
                title: "after hundreds of SELU layers", yLabel: "value",
                epochs: [("mean", means), ("deviation", deviations)])
        ]
        return run
    }
}
