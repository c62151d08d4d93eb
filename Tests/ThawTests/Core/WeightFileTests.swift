import Foundation
import Testing
import Thaw
import ThawFormats

@Suite struct WeightFileTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    @Test func weightsAndStatisticsComeBackToTheBit() throws {
        let model = try Toy.normalized(optimizer: .adam())
        try model.fit(try Toy.dataset(30), verbosity: .silent)
        let url = folder.file("a.safetensors")
        try model.saveWeights(to: url)
        let other = try Toy.normalized(seed: 8)
        #expect(!Toy.areIdentical(Toy.values(model), Toy.values(other)))
        try other.loadWeights(from: url)
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(other)))
        #expect(
            try SafetensorsFile.read(url).tensors.keys.sorted() == model.parameterPaths.map(\.path).sorted())
        let x = Toy.clusters(9).x
        #expect(try model.predict(x).isBitwiseEqual(to: other.predict(x)), "packed copies follow")
    }

    @Test func nestedModelsAndOtherWidths() throws {
        func make() -> Sequential {
            Sequential {
                Sequential(name: "base") { Dense(2, inputShape: [3], name: "inner") }
                Dense(1, name: "head")
            }
        }
        let model = make()
        #expect(model.parameterPaths.first?.path == "base/inner/kernel")
        var tensors: [String: Tensor] = [:]
        for (index, entry) in model.parameterPaths.enumerated() {
            tensors[entry.path] = entry.parameter.value.cast(
                to: [.float64, .float16, .bfloat16, .float32][index])
        }
        let url = folder.file("a.safetensors")
        try SafetensorsFile.write(tensors, to: url)
        let other = make()
        try other.loadWeights(from: url)
        #expect(
            Toy.areIdentical(
                other.weights, model.parameterPaths.map { tensors[$0.path]?.cast(to: .float32) ?? .zeros([]) }
            ))
        // The base alone is saved under its own paths.
        let base = try #require(model.layers.first)
        try base.saveWeights(to: url)
        #expect(try SafetensorsFile.read(url).tensors.keys.sorted() == ["inner/bias", "inner/kernel"])
    }

    @Test func everythingThatDoesNotFitIsListedAndNothingChanges() throws {
        let model = try Toy.classifier()
        let before = Toy.values(model)
        let url = folder.file("a.safetensors")
        try SafetensorsFile.write(
            [
                "hidden/kernel": .ones([4, 8]), "hidden/bias": .ones([9]), "other/kernel": .ones([1]),
                "output/bias": .ones([3], dtype: .int32),
            ], to: url)
        let error = #expect(throws: WeightFileError.self) { try model.loadWeights(from: url) }
        #expect(error?.missing == ["output/kernel"] && error?.unexpected == ["other/kernel"])
        #expect(error?.mismatched.count == 2)
        let text = error?.description ?? ""
        for part in ["[8]", "[9]", "int32", url.path, model.name, "nothing was changed"] {
            #expect(text.contains(part), "\(part) in \(text)")
        }
        #expect(Toy.areIdentical(Toy.values(model), before))
        // Each alone is enough.
        let other = try Toy.classifier(seed: 8)
        let whole = Dictionary(
            uniqueKeysWithValues: other.parameterPaths.map { ($0.path, $0.parameter.value) })
        for (path, tensor) in [
            ("other/kernel", Tensor.ones([1])), ("output/bias", .ones([4])), ("hidden/bias", nil),
        ] {
            var tensors = whole
            tensors[path] = tensor
            try SafetensorsFile.write(tensors, to: url)
            let error = #expect(throws: WeightFileError.self) { try model.loadWeights(from: url) }
            #expect(error?.description.contains(path) == true)
            #expect(Toy.areIdentical(Toy.values(model), before))
        }
        try Data([1, 2, 3]).write(to: url)
        #expect(throws: FormatError.self) { try model.loadWeights(from: url) }
        #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("absent.safetensors")) }
        #expect(Toy.areIdentical(Toy.values(model), before))
    }

    @Test func endingsAndModelsThatAreNotBuilt() throws {
        let model = try Toy.classifier()
        for name in ["a.keras", "a", "a.pth"] {
            let error = #expect(throws: TrainingError.self) { try model.saveWeights(to: folder.file(name)) }
            #expect(error?.description.contains(".safetensors") == true)
        }
        #expect(throws: TrainingError.self) { try model.loadWeights(from: folder.file("a")) }
        let unbuilt = Sequential { Dense(2) }
        #expect(throws: ModelError.self) { try unbuilt.saveWeights(to: folder.file("a.safetensors")) }
        #expect(throws: ModelError.self) { try unbuilt.loadWeights(from: folder.file("a.safetensors")) }
        #expect(throws: FormatError.self) { try model.saveWeights(to: folder.file("absent/a.safetensors")) }
        #expect(try folder.names.isEmpty)
    }
}
