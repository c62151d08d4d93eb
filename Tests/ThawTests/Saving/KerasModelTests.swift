import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Models that Keras 3 described, made again here, and described again.
@Suite struct KerasModelTests {
    struct File: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable {
        struct Weight: Decodable {
            let path: String
            let shape: [Int]
        }
        struct Values: Decodable {
            let shape: [Int]
            let values: [Double]
        }

        let name: String
        let config: JSONValue
        let parameters: Int
        let layers: [String]
        let weights: [Weight]
        let outputs: [Values]
    }

    static let cases: [Case] = (try? TrainingFixtures.load("saving", as: File.self).cases) ?? []

    /// The fixture's values for the n-th tensor.
    static func values(_ shape: [Int], _ n: Int, isVariance: Bool = false) -> Tensor {
        let values = (0..<shape.reduce(1, *)).map { k in
            let value = Double((7919 * k + 13 * n) % 1000) / 1000 - 0.5
            return Float(isVariance ? 0.5 + abs(value) : value)
        }
        return Tensor(shape: shape, scalars: values)
    }

    /// Gives every parameter the fixture's values, checking that paths and shapes are Keras's.
    static func fill(_ model: Model, _ fixture: Case) throws {
        var parameters: [String: Parameter] = [:]
        for group in KerasWeightPaths(of: model).groups {
            for (number, parameter) in group.parameters.enumerated() {
                parameters["\(group.path)/vars/\(number)"] = parameter
            }
        }
        #expect(Set(parameters.keys) == Set(fixture.weights.map(\.path)))
        for (n, weight) in fixture.weights.enumerated() {
            let parameter = try #require(parameters[weight.path], "\(weight.path)")
            #expect(parameter.shape == weight.shape, "\(weight.path)")
            try parameter.assign(
                values(weight.shape, n, isVariance: parameter.name == "moving_variance"))
        }
    }

    static func outputs(_ model: Model, samples: Int = 3) throws -> [Tensor] {
        let inputs = (model.inputShapes ?? []).enumerated().map { values([samples] + $1, 99 + $0) }
        return try model.predictOutputs(Dataset(inputs: inputs))
    }

    static let reader = KerasModelReader(kerasVersion: 3, customLayers: [])

    @Test(arguments: cases.indices) func keras3IsReadAndWritten(_ index: Int) throws {
        let fixture = Self.cases[index]
        let model = try Self.reader.model(from: fixture.config)
        #expect(model.name == fixture.name)
        try model.ensureBuilt()
        #expect(model.parameterCount == fixture.parameters)
        #expect(model.layers.map(\.name) == fixture.layers)
        try Self.fill(model, fixture)
        let outputs = try Self.outputs(model)
        for (output, reference) in zip(outputs, fixture.outputs) {
            #expect(output.shape == reference.shape)
            expectAgreement(output.floats.map(Double.init), reference.values, fixture.name)
        }

        let written = try KerasModelWriter().object(for: model)
        let again = try Self.reader.model(from: JSONValue(parsing: Data(written.text.utf8), file: "test"))
        try Self.fill(again, fixture)
        for (output, repeated) in zip(outputs, try Self.outputs(again)) {
            #expect(output.isBitwiseEqual(to: repeated))
        }
        // What is written a second time is the same, names and functions included.
        #expect(try KerasModelWriter().object(for: again) == written)
    }

    @Test(arguments: cases.indices) func compilationIsReadAndWritten(_ index: Int) throws {
        let fixture = Self.cases[index]
        let model = try Self.reader.model(from: fixture.config)
        try model.compile(keras: fixture.config["compile_config"] ?? .null, kerasVersion: 3)
        let written = try #require(model.kerasCompilation)
        let again = try Self.reader.model(from: fixture.config)
        try again.compile(keras: written, kerasVersion: 3)
        #expect(again.kerasCompilation == written)
        let original = try #require(fixture.config["compile_config"])
        // Keras's own arguments are all there, with the values it wrote.
        let arguments = try #require(original["optimizer"]?["config"]?.object)
        for (name, value) in arguments where name != "learning_rate" {
            let own = written["optimizer"]?["config"]?[name]
            #expect(own == value || own?.double == value.double && value.double != nil, "\(name)")
        }
        #expect(original["optimizer"]?["class_name"] == written["optimizer"]?["class_name"])
    }
}
