import Foundation
import Testing
import Thaw

/// Reference numbers that Fixtures/make_fixtures.py made with Keras.
enum TrainingFixtures {
    struct Reference: Decodable {
        let shape: [Int]
        let values: [Double]

        var tensor: Tensor { Tensor(shape: shape, scalars: values.map { Float($0) }) }
        var labels: Tensor { Tensor(shape: shape, scalars: values.map { Int32($0) }) }
    }

    /// An argument of Keras: a number, a flag or a name.
    enum Argument: Decodable {
        case flag(Bool)
        case number(Double)
        case text(String)

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if let flag = try? container.decode(Bool.self) {
                self = .flag(flag)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .text(try container.decode(String.self))
            }
        }

        var isTrue: Bool { if case .flag(true) = self { true } else { false } }
        var value: Double? { if case .number(let number) = self { number } else { nil } }
        var name: String? { if case .text(let text) = self { text } else { nil } }
    }

    static func load<Contents: Decodable>(_ name: String, as type: Contents.Type) throws -> Contents {
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/\(name).json")
        return try JSONDecoder().decode(type, from: Data(contentsOf: url))
    }
}

/// Expects `max|values - reference| <= tolerance * max|reference|`.
func expectAgreement(
    _ values: [Double], _ reference: [Double], tolerance: Double = 1e-5, _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(values.count == reference.count, "\(what)", sourceLocation: sourceLocation)
    let scale = reference.map { abs($0) }.max() ?? 0
    let worst = zip(values, reference).map { abs($0 - $1) }.max() ?? 0
    #expect(
        worst <= tolerance * scale, "\(what): differs by \(worst), largest reference \(scale)",
        sourceLocation: sourceLocation)
}
