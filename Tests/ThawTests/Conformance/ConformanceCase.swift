import Foundation
import Testing
import Thaw

/// A case of the conformance suite, as `Conformance/schema.json` describes it.
struct ConformanceCase: Decodable, CustomTestStringConvertible {
    struct Net: Decodable {
        let inputShape: [Int]
        let layers: [LayerDescription]
    }

    /// A layer, or a container of layers.
    struct LayerDescription: Decodable {
        enum Kind: String, Decodable {
            case container, convolution, dense, normalization, relu, dropout, globalAveragePooling
        }

        let type: Kind
        let name: String
        let layers: [LayerDescription]?
        let mode: String?
        let units: Int?
        let bias: Bool?
        let momentum: Double?
        let epsilon: Double?
        let rate: Double?
    }

    struct Values: Decodable {
        let shape: [Int]
        let values: [Double]

        var tensor: Tensor { Tensor(shape: shape, scalars: values.map { Float($0) }) }

        /// Some samples of a batch.
        func samples(_ indices: [Int]?) -> Values {
            guard let indices, let count = shape.first, count > 0 else { return self }
            let size = values.count / count
            return Values(
                shape: [indices.count] + shape.dropFirst(),
                values: indices.flatMap { values[$0 * size..<($0 + 1) * size] })
        }
    }

    struct Batch: Decodable {
        let x: Values
        let y: Values
    }

    struct Training: Decodable {
        struct OptimizerDescription: Decodable {
            let type: String
            let learningRate: Double
            let momentum: Double?
            let epsilon: Double?
            let weightDecay: Double?
        }

        let optimizer: OptimizerDescription
        let loss: String
        let clearsGradients: String?
    }

    struct Step: Decodable {
        enum Action: String, Decodable {
            case compile, freeze, unfreeze, train, predict, evaluate, save, load
        }

        let action: Action
        let name: String?
        let layer: String?
        let keepingNormalizationFrozen: Bool?
        let optimizer: String?
        let data: String?
        let samples: [Int]?
        let steps: Int?
        let mode: String?
        var expect: [Expectation]?

        enum CodingKeys: String, CodingKey {
            case action = "do"
            case name = "as"
            case layer, keepingNormalizationFrozen, optimizer, data, samples, steps, mode, expect
        }
    }

    let name: String
    let kind: String
    let promise: String
    let net: Net
    let weights: [String: Values]
    let data: [String: Batch]
    let training: Training
    var steps: [Step]

    var testDescription: String { name }

    /// All cases, in the order of their files' names.
    static let all: [ConformanceCase] = {
        do {
            return try FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)
                .filter { $0.pathExtension == "json" }
                .sorted { $0.lastPathComponent < $1.lastPathComponent }
                .map { try JSONDecoder().decode(ConformanceCase.self, from: Data(contentsOf: $0)) }
        } catch {
            Issue.record("The cases in \(folder.path) cannot be read: \(error)")
            return []
        }
    }()

    private static let folder: URL = {
        var url = URL(filePath: #filePath)
        for _ in 0..<4 { url.deleteLastPathComponent() }
        return url.appending(path: "Conformance/cases")
    }()
}

/// What must hold after a step.
enum ConformanceExpectation {
    case unchanged(parameters: [String], since: String)
    case changed(parameters: [String], since: String)
    case movedAtMost(parameters: [String], since: String, limit: Double)
    case parametersAre([String: ConformanceCase.Values])
    case outputIs(ConformanceCase.Values)
    case outputCloseTo(String, samples: [Int]?)
    case outputDiffers(String)
    case lossCloseTo(String)
    case lossDiffers(String)
    case trainable([String])
}

extension ConformanceCase {
    typealias Expectation = ConformanceExpectation
}

extension ConformanceExpectation: Decodable {
    private enum Keys: String, CodingKey {
        case that, parameters, since, limit, values, output, samples, loss
    }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Keys.self)
        func get<Value: Decodable>(_ key: Keys) throws -> Value {
            try container.decode(Value.self, forKey: key)
        }
        switch try get(.that) as String {
        case "unchanged": self = .unchanged(parameters: try get(.parameters), since: try get(.since))
        case "changed": self = .changed(parameters: try get(.parameters), since: try get(.since))
        case "movedAtMost":
            self = .movedAtMost(
                parameters: try get(.parameters), since: try get(.since), limit: try get(.limit))
        case "parametersAre": self = .parametersAre(try get(.values))
        case "outputIs": self = .outputIs(try get(.values))
        case "outputCloseTo":
            self = .outputCloseTo(
                try get(.output), samples: try container.decodeIfPresent([Int].self, forKey: .samples))
        case "outputDiffers": self = .outputDiffers(try get(.output))
        case "lossCloseTo": self = .lossCloseTo(try get(.loss))
        case "lossDiffers": self = .lossDiffers(try get(.loss))
        case "trainable": self = .trainable(try get(.parameters))
        case let other:
            throw DecodingError.dataCorruptedError(
                forKey: .that, in: container, debugDescription: "no expectation is called \(other)")
        }
    }
}
