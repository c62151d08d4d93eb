import Foundation
import Testing
import ThawFormats

@testable import Thaw

@Suite struct ModelPreprocessingTests {
    private func base(_ preprocessing: Preprocessing? = .torch) throws -> Model {
        let image = Input(shape: [4, 4, 3])
        let model = try Model(
            inputs: [image], outputs: [Conv2D(2, kernelSize: 3, name: "conv")(image)], seed: 1, name: "base")
        model.preprocessing = preprocessing
        return model
    }

    @Test func aModelThatBeginsWithAnotherHasItsPreprocessing() throws {
        let base = try self.base()
        let classifier = Sequential {
            base; GlobalAveragePooling2D(); Dense(2)
        }
        #expect(classifier.preprocessing == .torch)
        // Layers behind the base's own.
        let longer = try Model(inputs: base.inputs, outputs: [Flatten()(base.outputs[0])])
        #expect(longer.preprocessing == .torch)
        // The base called on an input.
        let image = Input(shape: [4, 4, 3])
        let around = try Model(inputs: [image], outputs: [Flatten()(base(image))])
        #expect(around.preprocessing == .torch)
        // What begins in the middle takes no images.
        let rest = try Model(inputs: [base.layer(named: "conv").output], outputs: longer.outputs)
        #expect(rest.preprocessing == nil)
        // Something of its own before the base.
        let other = try Model(inputs: [image], outputs: [base(Rescaling(2)(image))])
        #expect(other.preprocessing == nil)
        #expect(Sequential { Dense(1, inputShape: [3]) }.preprocessing == nil)
    }

    @Test func whatIsSaidOutsideWins() throws {
        let base = try self.base()
        let classifier = Sequential {
            base; Flatten()
        }
        classifier.preprocessing = nil
        #expect(classifier.preprocessing == nil && base.preprocessing == .torch)
        classifier.preprocessing = .caffe
        #expect(classifier.preprocessing == .caffe)
        #expect(try classifier.clone().preprocessing == .caffe)
        #expect(try base.clone().preprocessing == .torch)
    }

    @Test func itTravelsInFiles() throws {
        let folder = try TestFolder()
        let own = try Preprocessing(divisor: 3, means: [1, 2, 3], deviations: [0.5], channelOrder: .bgr)
        let inner = try self.base(own)
        let classifier = Sequential(seed: 1, name: "net") {
            inner; Flatten(); Dense(2)
        }
        try classifier.save(to: folder.file("inside.keras"))
        let inside = try Model.load(from: folder.file("inside.keras"))
        #expect(inside.preprocessing == own)
        #expect((inside.layers[0] as? Model)?.preprocessing == own)

        classifier.preprocessing = nil
        try classifier.save(to: folder.file("none.keras"))
        let none = try Model.load(from: folder.file("none.keras"))
        #expect(none.preprocessing == nil && (none.layers[0] as? Model)?.preprocessing == own)

        let base = try self.base(.tensorFlow)
        try base.save(to: folder.file("base.keras"))
        #expect(try Model.load(from: folder.file("base.keras")).preprocessing == .tensorFlow)
    }

    @Test(
        arguments: [
            ["divisor": 0, "means": [0], "deviations": [1], "channelOrder": "rgb"],
            ["divisor": 1, "means": [0], "deviations": [1], "channelOrder": "grb"],
            ["divisor": 1, "means": [], "deviations": [1], "channelOrder": "rgb"],
            ["divisor": 1, "deviations": [1], "channelOrder": "rgb"], 7,
        ] as [JSONValue])
    func impossibleOnesInFilesAreRefused(_ json: JSONValue) throws {
        let error = #expect(throws: SavedModelError.self) {
            try PreprocessingSetting.apply(["": json], to: try base())
        }
        #expect(error?.description.contains("preprocessing cannot be") == true)
    }

    @Test func dataIsPreparedForAModel() throws {
        let base = try self.base(.tensorFlow)
        let x = Tensor(shape: [2, 4, 4, 3], scalars: (0..<96).map { UInt8(2 * $0) })
        let data = try Dataset(x, Tensor([Int32(0), 1]))
        let ready = try data.preprocessed(for: base)
        let sample = try ready.sample(at: 1)
        #expect(sample.inputs[0] == (try Preprocessing.tensorFlow(x[1])))
        #expect(sample.targets[0].ints == [1])
        #expect(ready.isDeterministic)
        let error = #expect(throws: TrainingError.self) { try data.preprocessed(for: try self.base(nil)) }
        #expect(error?.description.contains("nothing says which images model base expects") == true)
    }
}
