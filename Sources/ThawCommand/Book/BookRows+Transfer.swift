import Thaw

extension BookRow {
    /// Rows 8 to 11: a net for eight classes, and what it is worth to a task with 200 images.
    static let transferRows: [BookRow] = [
        BookRow(
            8, "model A: eight classes, SELU 300-100-50-50-50; SGD 1e-3, 20 epochs", milliseconds: 1,
            bands: Spread.smooth.both((0.2112, 0.9274), (0.2333, 0.9200)) + [
                .count("steps", 1375)
            ]
        ) { try $0.modelA().run },
        BookRow(
            9, "model B: 200 sandals and shirts from scratch; SGD 1e-3, 20 epochs",
            bands: Spread.fewImages.both((0.1096, 0.9912), (0.1431, 0.9716))
                + Spread.fewImages.other("test", 0.1408, 0.9705)
                + [.count("parameters", 275_801)]
        ) { session in
            let parts = try session.pairs()
            let model = Sequential(BookSession.body() + [Dense(1, activation: .sigmoid)], seed: session.seed)
            return try session.trainOnPairs(model, parts, epochs: 20)
        },
        BookRow(
            10, "B on a clone of A, A's layers frozen; 4 epochs",
            bands: Spread.fewImages.both((0.2450, 0.9463), (0.2531, 0.9391))
        ) { try $0.frozenTransfer().run },
        BookRow(
            11, "then unfrozen, 16 epochs",
            bands: Spread.fewImages.both((0.0434, 1.0), (0.0652, 0.9878))
                + Spread.fewImages.other("test", 0.0562, 0.9940)
        ) { session in
            let (frozen, _) = try session.frozenTransfer()
            // The frozen model stays as it is for row 10, should it be asked for again.
            let model = try frozen.clone()
            try model.ensureBuilt()
            try model.copyWeights(from: frozen)
            model.unfreeze()
            return try session.trainOnPairs(model, session.pairs(), epochs: 16)
        },
    ]
}

extension BookSession {
    /// The layers of models A and B below the output.
    fileprivate static func body() -> [Layer] {
        [Flatten(inputShape: [28, 28])] + [300, 100, 50, 50, 50].map { Dense($0, activation: .selu) }
    }

    fileprivate func modelA() throws -> (model: Sequential, run: RowRun) {
        try shared("A") {
            let parts = try images.fashionMNIST.get().only({ $0 != 5 && $0 != 6 }) { labels in
                Tensor(labels.map { Int32($0 > 6 ? $0 - 2 : $0) })
            }
            let model = Sequential(Self.body() + [Dense(8, activation: .softmax)], seed: seed)
            try model.compile(
                optimizer: .sgd(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy,
                metrics: [.accuracy])
            var run = try fit(model, parts.train, epochs: 20, validation: parts.validation)
            run.values["steps"] = Double(run.stepsPerEpoch ?? 0)
            return (model, run)
        }
    }

    /// Sandals (0) and shirts (1): the first 200 images train.
    fileprivate func pairs() throws -> BookImages.Parts {
        let all = try images.fashionMNIST.get().only({ $0 == 5 || $0 == 6 }) { labels in
            Tensor(shape: [labels.count, 1], scalars: labels.map { $0 == 6 ? Float(1) : 0 })
        }
        return BookImages.Parts(train: all.train.prefix(200), validation: all.validation, test: all.test)
    }

    fileprivate func trainOnPairs(
        _ model: Sequential, _ parts: BookImages.Parts, epochs: Int
    ) throws -> RowRun {
        try model.compile(
            optimizer: .sgd(learningRate: 1e-3), loss: .binaryCrossentropy, metrics: [.accuracy])
        var run = try fit(model, parts.train, epochs: epochs, validation: parts.validation)
        try measure(model, on: parts.test, as: "test", into: &run)
        run.values["parameters"] = Double(model.parameterCount)
        return run
    }

    fileprivate func frozenTransfer() throws -> (model: Sequential, run: RowRun) {
        let (source, _) = try modelA()
        return try shared("B on A") {
            let copy = try source.clone()
            try copy.copyWeights(from: source)
            let model = Sequential(Array(copy.layers.dropLast()), seed: seed)
            model.freeze()
            model.add(Dense(1, activation: .sigmoid))
            return (model, try trainOnPairs(model, pairs(), epochs: 4))
        }
    }
}
