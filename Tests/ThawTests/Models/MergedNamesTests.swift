import Testing
import ThawFormats
import ThawTestSupport

@testable import Thaw

/// Models made of parts of models that were numbered apart from one another.
@Suite struct MergedNamesTests {
    /// A branch of two layers that have their automatic names already.
    static func branch(seed: UInt64, units: Int = 3) -> Sequential {
        let branch = Sequential(seed: seed) {
            Dense(units, activation: .relu, inputShape: [4])
            Dense(2)
        }
        _ = branch.weights
        return branch
    }

    static func merged(seed: UInt64 = 1) throws -> (model: Model, left: Sequential, right: Sequential) {
        let (left, right) = (branch(seed: seed), branch(seed: seed + 1, units: 5))
        let sum = try Add()(left.outputs[0], right.outputs[0])
        let outputs = try Dense(3, activation: .softmax)(sum)
        return (try Model(inputs: left.inputs + right.inputs, outputs: [outputs], seed: 9), left, right)
    }

    @Test func branchesAreNumberedOnInTheNewModelAlone() throws {
        let (model, left, right) = try Self.merged()
        let names = model.layers.map { model.name(of: $0) }
        #expect(Set(names).count == names.count)
        #expect(
            names == [
                "input_layer", "input_layer_1", "dense", "dense_2", "dense_1", "dense_3", "add", "dense_4",
            ])
        #expect(
            model.parameterPaths.map(\.path).filter { $0.hasSuffix("kernel") } == [
                "dense/kernel", "dense_2/kernel", "dense_1/kernel", "dense_3/kernel", "dense_4/kernel",
            ])
        #expect(try model.layer(named: "dense_2") === right[0])
        #expect(left.layers.map { left.name(of: $0) } == ["dense", "dense_1"])
        #expect(right.parameterPaths.map(\.path).prefix(2) == ["dense/kernel", "dense/bias"])
        #expect(try right.layer(named: "dense") === right[0])
        let text = model.summaryText
        for name in names { #expect(text.contains("│ \(name) ")) }
        #expect(text.contains("dense_1[0][0],") && text.contains("dense_3[0][0]"))
        #expect(model.svg().contains("dense_3 (Dense)") && model.dot().contains("input_layer_1"))
    }

    @Test func weightsGoToAFileAndComeBack() throws {
        let folder = try TestFolder()
        let (model, left, right) = try Self.merged()
        let (whole, part) = (folder.file("whole.safetensors"), folder.file("part.safetensors"))
        try right.saveWeights(to: part)
        try model.saveWeights(to: whole)
        #expect(
            try SafetensorsFile.read(whole).tensors.keys.sorted() == model.parameterPaths.map(\.path).sorted()
        )
        let (other, _, otherRight) = try Self.merged(seed: 20)
        #expect(other.parameterPaths.map(\.path) == model.parameterPaths.map(\.path))
        try other.loadWeights(from: whole)
        #expect(Toy.areIdentical(other.weights, model.weights))
        // A file from before the merge still fits what was merged.
        try otherRight.reinitialize(seed: 3)
        try otherRight.loadWeights(from: part)
        #expect(Toy.areIdentical(otherRight.weights, right.weights))
        #expect(try left.predict(Toy.clusters(4).x).shape == [4, 2])
    }

    @Test func allModelsTrainOnAndClonesHaveTheSameNames() throws {
        let (x, y) = Toy.clusters(32)
        let (model, left, _) = try Self.merged()
        try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy)
        try model.fit(Dataset(inputs: [x, x], targets: [y]), verbosity: .silent)
        try left.compile(optimizer: .adam(), loss: .meanSquaredError)
        try left.fit(x, .zeros([32, 2]), verbosity: .silent)
        let copy = try model.clone()
        #expect(copy.parameterPaths.map(\.path) == model.parameterPaths.map(\.path))
        #expect(copy.layers.map { copy.name(of: $0) } == model.layers.map { model.name(of: $0) })
        try copy.copyWeights(from: model)
        let data = try Dataset(inputs: [x, x])
        #expect(try copy.predict(data).isBitwiseEqual(to: model.predict(data)))
    }

    @Test func aSequentialOfTwo() throws {
        let (first, second) = (Self.branch(seed: 1), Sequential([Dense(6), Dropout(0.5), Dense(1)]))
        let model = Sequential(first.layers + second.layers, seed: 4)
        func names() -> [String] { model.layers.map { model.name(of: $0) } }
        #expect(names() == ["dense", "dense_1", "dense_2", "dropout", "dense_3"])
        #expect(model["dense_2"] === second[0] && model.weights.count == 8)
        // What is added later takes a further number, and the paths there are stay.
        model.add(Dense(1))
        #expect(names() == ["dense", "dense_1", "dense_2", "dropout", "dense_3", "dense_4"])
        let copy = try model.clone()
        #expect(copy.parameterPaths.map(\.path) == model.parameterPaths.map(\.path))
        model.pop()
        model.add(Dense(1, name: "dense_3"))
        #expect(names() == ["dense", "dense_1", "dense_2", "dropout", "dense_4", "dense_3"])
        try model.ensureBuilt()
    }

    /// Scopes of the trace, and so random numbers and errors, have the model's names.
    @Test func layersInsideDrawDifferentNumbers() throws {
        func dropped() -> Sequential {
            let model = Sequential { Dropout(0.5, inputShape: [64]) }
            _ = model.summaryText
            return model
        }
        let (left, right) = (dropped(), dropped())
        let x = Input(shape: [64])
        let model = try Model(
            inputs: [x], outputs: [left[0](x), right[0](x)].map { $0 as any LayerArgument }, seed: 3)
        #expect(model.outputNames == ["dropout", "dropout_1"])
        let results = try model.predictOutputs(Dataset(Tensor.ones([1, 64])), liveRandomness: .all)
        #expect(results[0] != results[1])
    }

    @Test func namesThatWereGivenMustDiffer() throws {
        let x = Input(shape: [4])
        func encoder() throws -> LayerOutput { try Dense(2, name: "encoder")(x) }
        let error = #expect(throws: ModelError.self) {
            try Model(inputs: [x], outputs: [Add()(encoder(), encoder())])
        }
        #expect("\(try #require(error))".contains("two layers that were given the name \"encoder\""))
        // A given name wins over an automatic one, wherever it stands.
        let numbered = Self.branch(seed: 1)
        let model = Sequential(numbered.layers + [Dense(1, name: "dense")])
        #expect(model.layers.map { model.name(of: $0) } == ["dense_2", "dense_1", "dense"])
        numbered[0].name = "own"
        #expect(model.name(of: model[0]) == "own")
    }
}
