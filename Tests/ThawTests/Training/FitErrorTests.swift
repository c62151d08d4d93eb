import Testing
import Thaw

@Suite struct FitErrorTests {
    private func fails(_ body: () throws -> Void, _ matches: (TrainingError) -> Bool) -> String? {
        do {
            try body()
            Issue.record("nothing was thrown")
        } catch let error as TrainingError {
            #expect(matches(error), "\(error)")
            return error.description
        } catch {
            Issue.record("another error: \(error)")
        }
        return nil
    }

    @Test func largestBatchSizeIsTheWholeSet() throws {
        let model = try Toy.classifier()
        let (x, y) = Toy.clusters(20)
        try model.fit(x, y, batchSize: .max, epochs: 1, verbosity: .silent)
        #expect(model.optimizer?.iterations == 1)
        #expect(try model.evaluate(x, y, batchSize: .max).loss == model.evaluate(x, y, batchSize: 20).loss)
        #expect(try model.predict(x, batchSize: .max).shape[0] == 20)
    }

    @Test func modelInsideItselfIsRefused() throws {
        let model = Sequential { Dense(2, inputShape: [2]) }
        model.add(model)
        #expect(throws: ModelError.containsItself(model: model.name)) { try model.predict(.ones([1, 2])) }
    }

    @Test func parameterLargerThanMemoryIsRefused() throws {
        let model = Sequential { Dense(.max / 2, inputShape: [4]) }
        #expect(throws: (any Error).self) { try model.build(inputShape: [1, 4]) }
    }

    @Test func beforeCompile() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential { Dense(3, inputShape: [4]) }
            let data = try Toy.dataset(6)
            for call in ["fit", "evaluate"] {
                let text = fails {
                    if call == "fit" { try model.fit(data) } else { try model.evaluate(data) }
                } _: {
                    if case .notCompiled(_, call) = $0 { true } else { false }
                }
                #expect(text?.contains("compile(optimizer:loss:metrics:)") == true)
            }
            #expect(try model.predict(Toy.clusters(5).x).shape == [5, 3], "predict needs no compile")
        }
    }

    @Test func argumentsOutOfRange() throws {
        let model = try Toy.classifier()
        let data = try Toy.dataset(12)
        let calls: [() throws -> Void] = [
            { try model.fit(data, batchSize: 0) }, { try model.fit(data, epochs: -1) },
            { try model.fit(data, initialEpoch: -1) }, { try model.fit(data, validationSplit: 1) },
            { try model.fit(data, validationSplit: -0.1) },
            { try model.fit(data, validation: data, validationSplit: 0.5) },
            { try model.fit(data, validationFrequency: 0) }, { try model.evaluate(data, batchSize: -3) },
            { _ = try model.predict(data, batchSize: 0) },
            { try model.fit(try Dataset(Toy.clusters(6).x)) },
        ]
        for call in calls { _ = fails(call) { if case .invalidArgument = $0 { true } else { false } } }
    }

    @Test func emptyData() throws {
        let model = try Toy.classifier()
        let data = try Toy.dataset(12)
        let calls: [() throws -> Void] = [
            { try model.fit(data.prefix(0)) }, { try model.evaluate(data.prefix(0)) },
            { _ = try model.predict(data.prefix(0)) }, { try model.fit(data, validation: data.prefix(0)) },
        ]
        for call in calls { _ = fails(call) { if case .emptyData = $0 { true } else { false } } }
    }

    @Test func countsThatDiffer() throws {
        let model = try Toy.classifier()
        #expect(throws: DatasetError.self) { try model.fit(Toy.clusters(6).x, Toy.clusters(5).y) }
    }

    @Test func samplesOfAnotherShape() throws {
        let model = try Toy.classifier()
        let x = Tensor.zeros([6, 5])
        let text = fails {
            try model.fit(x, Toy.clusters(6).y, verbosity: .silent)
        } _: {
            if case .inputShape(_, [4], [5]) = $0 { true } else { false }
        }
        #expect(text?.contains("[4]") == true && text?.contains("[5]") == true)
    }

    @Test(arguments: [3, -1]) func labelsOutOfRange(label: Int) throws {
        let model = try Toy.classifier()
        let (x, good) = Toy.clusters(40)
        var labels = good.ints
        labels[33] = label
        let y = Tensor(labels)
        let before = Toy.values(model)
        for call in ["fit", "evaluate", "validation"] {
            _ = fails {
                switch call {
                case "fit": try model.fit(x, y, verbosity: .silent)
                case "evaluate": try model.evaluate(x, y, verbosity: .silent)
                default: try model.fit(x, good, validation: try Dataset(x, y), verbosity: .silent)
                }
            } _: {
                $0 == .labelOutOfRange(label: Double(label), sample: 33, classes: 3)
            }
        }
        // Mapped data is looked at batch by batch; the sample keeps its number through a selection.
        _ = fails {
            try model.evaluate(try Dataset(x, y).dropFirst(20).map { ($0, $1) }, verbosity: .silent)
        } _: {
            $0 == .labelOutOfRange(label: Double(label), sample: 33, classes: 3)
        }
        #expect(Toy.areIdentical(Toy.values(model), before))
    }

    @Test func fractionsAreNoLabels() throws {
        let model = try Toy.classifier()
        let y = Tensor([Float(0), 1, 1.5])
        _ = fails {
            try model.fit(Toy.clusters(3).x, y, verbosity: .silent)
        } _: {
            $0 == .labelOutOfRange(label: 1.5, sample: 2, classes: 3)
        }
    }

    @Test func targetsOutsideOfTheLoss() throws {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential { Dense(1, activation: .sigmoid, inputShape: [4]) }
            try model.compile(optimizer: .sgd(), loss: .binaryCrossentropy)
            let y = Tensor([Float(0), 1, -1])
            let text = fails {
                try model.fit(Toy.clusters(3).x, y, verbosity: .silent)
            } _: {
                if case .targetOutOfRange(-1, 2, _, _) = $0 { true } else { false }
            }
            #expect(text?.contains("binary_crossentropy") == true)
        }
    }

    @Test func targetsOfAShapeThatDoesNotFitTheLoss() throws {
        let model = try Toy.classifier()
        #expect(throws: GraphError.self) {
            try model.fit(Toy.clusters(6).x, .zeros([6, 3]), verbosity: .silent)
        }
    }

    @Test func metricsOfOneName() throws {
        let model = try Toy.classifier()
        #expect(throws: TrainingError.self) {
            try model.compile(optimizer: .sgd(), loss: .meanSquaredError, metrics: [.accuracy, .accuracy])
        }
        #expect(throws: TrainingError.self) {
            try model.compile(
                optimizer: .sgd(), loss: .meanSquaredError, metrics: [.mean("loss") { try $1 + $0 }])
        }
    }

    @Test func fitInsideACallback() throws {
        let model = try Toy.classifier()
        let data = try Toy.dataset(12)
        let callback = HookCallback(onEpochEnd: { _, _ in try model.fit(data) })
        _ = fails {
            try model.fit(data, verbosity: .silent, callbacks: [callback])
        } _: {
            if case .invalidArgument = $0 { true } else { false }
        }
    }
}
