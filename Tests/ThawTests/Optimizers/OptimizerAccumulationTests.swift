import Testing

@testable import Thaw

/// Gathered gradients of parameters that are frozen and thawed meanwhile.
@Suite struct OptimizerAccumulationTests {
    /// The prediction is `w x + u x`, the loss its mean: the gradient of both weights is the mean of the inputs.
    private struct Sum {
        let first = Dense(1, usesBias: false, kernelInitializer: .zeros, name: "first")
        let second = Dense(1, usesBias: false, kernelInitializer: .zeros, name: "second")
        let model: Model

        init(_ optimizer: Optimizer) throws {
            let x = Input(shape: [1])
            model = try Model(inputs: [x], outputs: [Add()(first(x), second(x))])
            try model.compile(
                optimizer: optimizer, loss: .custom("prediction") { _, prediction in try prediction * 1 })
        }

        func step(_ gradient: Float) throws {
            try model.trainOnBatch(Tensor(shape: [1, 1], scalars: [gradient]), .zeros([1, 1]))
        }

        var weights: [Float] { model.weights.map { $0.floats[0] } }
    }

    private static func optimizer(over count: Int) -> Optimizer {
        .sgd(learningRate: 1).accumulatingGradients(over: count)
    }

    /// What was gathered in one window is not used in the next.
    @Test func aSumOfAnEarlierWindowIsForgotten() throws {
        let sum = try Sum(Self.optimizer(over: 2))
        try sum.step(100)
        sum.first.freeze()
        try sum.step(0)
        #expect(sum.weights == [0, -50])
        // The next window begins without it, and ends with it.
        try sum.step(0)
        sum.first.unfreeze()
        try sum.step(0)
        #expect(sum.weights == [0, -50])
        try sum.step(2)
        try sum.step(4)
        #expect(sum.weights == [-3, -53])
    }

    /// Within a window the gradients of the batches count in which the parameter was trained.
    @Test func aWindowSumsTheBatchesThatTrained() throws {
        let sum = try Sum(Self.optimizer(over: 4))
        try sum.step(8)
        sum.first.freeze()
        try sum.step(100)
        sum.first.unfreeze()
        try sum.step(4)
        try sum.step(4)
        #expect(sum.weights == [-4, -29])
        // One that joins late starts from nothing, however often it has been away.
        sum.first.freeze()
        try sum.step(4)
        sum.first.unfreeze()
        for gradient in [Float(0), 0, 4] { try sum.step(gradient) }
        #expect(sum.weights == [-5, -31])
    }

    @Test func aSumThatASnapshotBringsBackIsForgottenToo() throws {
        let optimizer = Self.optimizer(over: 2)
        let sum = try Sum(optimizer)
        try sum.step(100)
        let snapshot = optimizer.snapshot()
        try sum.step(0)
        try optimizer.restore(snapshot)
        sum.first.freeze()
        try sum.step(0)
        try sum.step(0)
        sum.first.unfreeze()
        try sum.step(0)
        #expect(sum.weights == [-50, -100])
    }

    /// The same after saving in the middle of a window and loading.
    @Test func aSumThatWasLoadedIsForgottenToo() throws {
        let folder = try TestFolder()
        let sum = try Sum(Self.optimizer(over: 2))
        try sum.step(100)
        let file = folder.file("half.keras")
        // The loss of one's own has no name in Keras: compile with one that has.
        try sum.model.compile(optimizer: try #require(sum.model.optimizer), loss: .meanAbsoluteError)
        try sum.model.save(to: file)
        let model = try Model.load(from: file)
        let first = try model.layer(named: "first")
        #expect(model.optimizer?.gatheredBatches == 1)
        func step() throws { try model.trainOnBatch(.zeros([1, 1]), .zeros([1, 1])) }
        first.freeze()
        try step()
        try step()
        first.unfreeze()
        try step()
        #expect(model.weights.map { $0.floats[0] } == [0, -50])
    }
}
