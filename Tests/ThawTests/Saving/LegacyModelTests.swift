import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Whole models in HDF5: what their writers predict, and what they become when they train on.
@Suite struct LegacyModelTests {
    struct File: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let name: String
        let file: Data
        let x: TrainingFixtures.Reference
        let y: TrainingFixtures.Reference
        let predictions: TrainingFixtures.Reference
        let updates: Int
        let steps: Int
        let predictionsAfter: TrainingFixtures.Reference

        var testDescription: String { name }

        func load(compiled: Bool = true) throws -> Model {
            let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).h5")
            defer { try? FileManager.default.removeItem(at: url) }
            try Data(try Gzip.decompress(Array(file), limit: 1 << 20)).write(to: url)
            return try Model.load(from: url, compiled: compiled)
        }
    }

    static let cases: [Case] = (try? TrainingFixtures.load("legacy", as: File.self).cases) ?? []

    private func expect(_ model: Model, on fixture: Case, gives reference: TrainingFixtures.Reference) throws
    {
        let predictions = try model.predict(fixture.x.tensor)
        #expect(predictions.shape == reference.shape)
        expectAgreement(predictions.floats.map(Double.init), reference.values, fixture.name)
    }

    @Test func thereAreCases() { #expect(Self.cases.count == 33) }

    /// Training goes on where it was, in the steps of the library that wrote the file.
    @Test(arguments: cases) func trainsOn(_ fixture: Case) throws {
        let model = try fixture.load()
        try expect(model, on: fixture, gives: fixture.predictions)
        #expect(model.optimizer?.iterations == fixture.updates)
        for (path, parameter) in model.parameterPaths where parameter.role == .weight {
            let slots = model.optimizer?.slotValues(of: parameter) ?? [:]
            #expect(model.optimizer?.slotNames.allSatisfy { slots[$0] != nil } == true, "\(path)")
        }
        for _ in 0..<fixture.steps {
            _ = try model.trainOnBatch(fixture.x.tensor, fixture.y.tensor)
        }
        try expect(model, on: fixture, gives: fixture.predictionsAfter)
    }

    /// A state that does not fit is an error that says how to go on, and not a silent new start.
    @Test func aStateOfAnotherOptimizerIsRefused() throws {
        let fixture = try #require(Self.cases.first { $0.name == "Keras from 2.11, rmsprop_centered" })
        var bytes = try Gzip.decompress(Array(fixture.file), limit: 1 << 20)
        let (name, other): ([UInt8], [UInt8]) = (
            Array("\"centered\": true".utf8), Array("\"centered\":false".utf8)
        )
        for start in bytes.indices.dropLast(name.count)
        where bytes[start..<start + name.count].elementsEqual(name) {
            bytes.replaceSubrange(start..<start + name.count, with: other)
        }
        let url = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).h5")
        defer { try? FileManager.default.removeItem(at: url) }
        try Data(bytes).write(to: url)
        #expect {
            try Model.load(from: url)
        } throws: { error in
            "\(error)".contains("has arrays average_gradient") && "\(error)".contains("compiled: false")
        }
        #expect(try Model.load(from: url, compiled: false).parameterCount == 26)
    }

    /// What only Keras 2 means goes on in Thaw's own file.
    @Test func theUnbiasedVarianceTravels() throws {
        let fixture = try #require(Self.cases.first { $0.name.hasSuffix("meanings") })
        let model = try fixture.load(compiled: false)
        let normalization = try #require(model.layer(named: "normalization") as? BatchNormalization)
        #expect(normalization.movingVarianceEstimate == .unbiased)
        let inner = try #require(model.layer(named: "inner") as? Model)
        #expect((inner.layers.last as? BatchNormalization)?.movingVarianceEstimate == .biased)
        let clone = try model.clone()
        #expect(
            (try clone.layer(named: "normalization") as? BatchNormalization)?.movingVarianceEstimate
                == .unbiased)
    }
}
