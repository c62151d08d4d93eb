import Foundation
import ThawFormats

/// Names of classes, from a text with a line for each.
struct LabelNames {
    let file: String
    let names: [String]

    /// No list of classes is larger.
    private static let largest = 64 << 20

    init(_ path: String) throws {
        file = path
        let bytes = try FileBytes.read(path: path, limit: Self.largest)
        guard let text = String(validating: bytes, as: UTF8.self), !text.contains("\0") else {
            throw ToolError("\(path): this is no text; expected the names of the outputs, a line for each.")
        }
        names = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
    }

    /// Throws unless there is a name for each of so many outputs.
    func check(count: Int) throws {
        guard names.count == count else {
            throw ToolError(
                "\(file): there are \(names.count) names for \(count) outputs; give a line for each.")
        }
    }
}
