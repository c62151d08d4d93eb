import Foundation

/// Results as JSON for `--json`.
enum JSONText {
    /// The value as text, names sorted. A number that is not finite, which JSON has no word for, becomes the string `nan`, `inf`
    /// or `-inf`.
    static func of(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
