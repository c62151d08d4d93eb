import Testing
import ThawTensor
import ThawTestSupport

@testable import Thaw

/// What `diagnose` measures.
@Suite struct DiagnoseTests {
    /// A small network that was trained a little, and its data.
    private static func trained(
        dropout: Double = 0, freezing: Bool = false
    ) throws -> (model: Sequential, data: Dataset) {
        var stream = RandomStream(seed: 5)
        let x = stream.normalTensor([96, 6]) * 2 + 1
        let y = Tensor((0..<96).map { x[element: $0, 0] > 1 ? Int32(1) : 0 })
        let model = Sequential(seed: 3) {
            Dense(8, usesBias: false, inputShape: [6], name: "first")
            BatchNormalization(momentum: 0.5, name: "bn")
            ReLU()
            Dropout(dropout)
            Dense(2, activation: .softmax, name: "head")
        }
        try model.compile(
            optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let data = try Dataset(x, y)
        try model.fit(data, batchSize: 32, epochs: 10, verbosity: .silent)
        if freezing { model.freeze() }
        return (model, data)
    }

    @Test func scoresAreThoseOfEvaluate() throws {
        let (model, data) = try Self.trained(dropout: 0.5)
        let diagnosis = try model.diagnose(data, batchSize: 32)
        for (condition, mode) in [(ModeScores.Condition.inference, Mode.inference), (.training, .training)] {
            let expected = try model.evaluate(
                DiagnosisRun.inItsOrder(data), batchSize: 32, mode: mode, verbosity: .silent)
            let scores = try #require(diagnosis.scores.first { $0.condition == condition })
            #expect(scores.samples == 96)
            #expect(abs(try #require(scores.loss) - (try #require(expected["loss"]))) < 1e-5)
            #expect(abs(try #require(scores.accuracy) - (try #require(expected["accuracy"]))) < 1e-6)
        }
        #expect(diagnosis.scores.first?.difference == 0)
    }

    @Test func driftIsThatOfTheInputsOfTheNormalization() throws {
        let (model, data) = try Self.trained()
        let before = Sequential([Dense(8, usesBias: false, inputShape: [6])])
        try before.ensureBuilt()
        try before.setWeights([model.weights[0]])
        let input = try before.predict(data.inputs[0])
        var moments = RunningMoments(count: 8)
        moments.add(input, keeping: [1])
        let layer = try #require(model.layer(named: "bn") as? BatchNormalization)
        let (mean, variance) = (layer.parameters[2].value.doubles, layer.parameters[3].value.doubles)
        let drift = try #require(try model.diagnose(data, batchSize: 20).normalizations.first)
        #expect(drift.path == "bn")
        #expect(drift.level == 0)
        #expect(drift.channels == 8)
        let worst = try #require(drift.worst.first)
        let deviation = (variance[worst.index] + 1e-3).squareRoot()
        let shift = (moments.mean[worst.index] - mean[worst.index]) / deviation
        #expect(abs(worst.meanShift - shift) < 1e-5)
        let ratio = (moments.variance[worst.index] + 1e-3) / (variance[worst.index] + 1e-3)
        #expect(abs(worst.varianceRatio - ratio) < 1e-5)
        let divergence = (ratio + 1 / ratio + shift * shift * (1 + 1 / ratio)) / 2 - 1
        #expect(abs(worst.divergence - divergence) < 1e-4 * max(1, divergence))
        #expect(drift.updates == 30)
        #expect(abs(try #require(drift.initialShare) - 0x1p-30) < 1e-15)
    }

    @Test func nothingIsWritten() throws {
        let (model, data) = try Self.trained(dropout: 0.5)
        let before = model.weights
        _ = try model.diagnose(data)
        #expect(zip(before, model.weights).allSatisfy { $0 == $1 })
    }

    @Test func workStaysWithinItsBound() throws {
        let (model, data) = try Self.trained(dropout: 0.5)
        // The network's halves differ in every way of calling.
        for layer in [model, try Self.trained(dropout: 0.5, freezing: true).model] {
            let work = try layer.diagnose(data, batchSize: 8).evidence.work
            #expect(work > 1 && work < 2.2, "\(work)")
        }
    }

    /// More samples than are looked at in every way.
    @Test func muchDataIsLookedAtInEveryWayInParts() throws {
        let (model, data) = try Self.trained(dropout: 0.5)
        let much = try Dataset(
            Tensor.concatenate(Array(repeating: data.inputs[0], count: 20)),
            Tensor.concatenate(Array(repeating: data.targets[0], count: 20)))
        let diagnosis = try model.diagnose(much)
        func samples(_ condition: ModeScores.Condition) -> Int? {
            diagnosis.scores.first { $0.condition == condition }?.samples
        }
        #expect(samples(.inference) == 1920 && samples(.batchStatistics) == 1920)
        #expect(samples(.training) == 256)
        let expected = try model.evaluate(much, verbosity: .silent)
        let loss = try #require(diagnosis.scores.first?.loss)
        #expect(abs(loss - (try #require(expected["loss"]))) < 1e-5)
        let few = try model.diagnose(data)
        for (own, other) in zip(diagnosis.normalizations, few.normalizations) {
            #expect(abs(own.divergence.median - other.divergence.median) < 0.02)
        }
    }

    @Test(arguments: [
        "try Preprocessing(divisor: 1, channelOrder: .bgr)(x)", "try Preprocessing.caffe(x * 255)",
    ])
    func changesOfColoursAreTried(_ change: String) throws {
        var stream = RandomStream(seed: 8)
        // Each channel its own brightness and contrast, as in photographs.
        let x =
            stream.uniformTensor([128, 8, 8, 3]) * Tensor([0.2, 0.5, 0.9] as [Float])
            + Tensor([0.6, 0.2, 0.05] as [Float])
        let ready =
            change.contains("caffe")
            ? try Preprocessing.caffe(x * 255) : try Preprocessing(divisor: 1, channelOrder: .bgr)(x)
        let model = Sequential(seed: 2) {
            BatchNormalization(momentum: 0.5, inputShape: [8, 8, 3])
            GlobalAveragePooling2D()
            Dense(1)
        }
        try model.compile(optimizer: .sgd(learningRate: 1e-9), loss: .meanSquaredError)
        try model.fit(Dataset(ready, Tensor.zeros([128, 1])), epochs: 5, verbosity: .silent)
        let diagnosis = try model.diagnose(x, Tensor.zeros([128, 1]))
        #expect(diagnosis.cause == .preprocessing)
        #expect(diagnosis.evidence.change == change)
        #expect(diagnosis.findings.first?.remedy.first?.contains(change) == true)
    }

    @Test func modelsWithoutTargetsOrNormalizationsAreLookedAtToo() throws {
        let (model, data) = try Self.trained()
        let diagnosis = try model.diagnose(Dataset(data.inputs[0]))
        #expect(diagnosis.scores.allSatisfy { $0.loss == nil && $0.accuracy == nil })
        #expect(diagnosis.normalizations.count == 1)
        let plain = Sequential([Dense(2, inputShape: [6])])
        let nothing = try plain.diagnose(Dataset(data.inputs[0]))
        #expect(nothing.normalizations.isEmpty && nothing.isHealthy)
    }

    @Test func badArgumentsAreRefused() throws {
        let (model, data) = try Self.trained()
        // Classes that the model has not, and numbers that are none.
        let labels = Tensor((0..<96).map { _ in Int32(7) })
        #expect(throws: TrainingError.self) { try model.diagnose(Dataset(data.inputs[0], labels)) }
        var broken = data.inputs[0]
        broken[element: 5, 2] = .nan
        #expect(throws: TrainingError.self) { try model.diagnose(Dataset(broken, data.targets[0])) }
        #expect(throws: TrainingError.self) { try model.diagnose(data, batchSize: 1) }
        #expect(throws: TrainingError.self) { try model.diagnose(data.prefix(0)) }
        #expect(throws: TrainingError.self) { try model.diagnose(Tensor.zeros([4, 5]), Tensor.zeros([4])) }
    }
}
