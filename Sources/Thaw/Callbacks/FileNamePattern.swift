import Foundation

/// A file name with places for numbers, in the manner of Keras: `weights.{epoch:02d}-{val_loss:.2f}.safetensors`.
///
/// A place is `{name}` or `{name:format}`; `{{` and `}}` are the characters themselves. A format is a width, with a 0 before it
/// for leading zeros, `.` and a number of decimals, and one of `d` (whole numbers), `f`, `e`, `g` and `%`.
struct FileNamePattern {
    private enum Part {
        case text(String)
        case number(name: String, format: Format)
    }

    struct Format {
        var isPadded = false
        var width = 0
        var decimals: Int?
        var type: Character?
    }

    private let pattern: String
    private let callback: String
    private var parts: [Part] = []

    /// - Throws: `TrainingError.invalidArgument` for a brace without its other or a format that is none of those above.
    init(_ pattern: String, callback: String) throws {
        self.pattern = pattern
        self.callback = callback
        var rest = pattern[...]
        var text = ""
        while let character = rest.first {
            rest.removeFirst()
            switch character {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                text.append(character)
            case "{":
                guard let end = rest.firstIndex(of: "}") else { throw mistake("a { has no }") }
                parts.append(.text(text))
                text = ""
                parts.append(try place(rest[..<end]))
                rest = rest[rest.index(after: end)...]
            case "}": throw mistake("a } has no {")
            default: text.append(character)
            }
        }
        parts.append(.text(text))
    }

    /// The folder part of the name if it has no places; nil otherwise.
    var fixedFolder: URL? {
        guard case .text(let head)? = parts.first else { return nil }
        let isWhole = parts.count == 1
        let folder = URL(fileURLWithPath: isWhole ? head : head + "x").deletingLastPathComponent()
        // A place in a folder's name shows as a slash after it.
        let later = parts.dropFirst().contains {
            if case .text(let text) = $0 { text.contains("/") } else { false }
        }
        return later ? nil : folder
    }

    /// Refuses places for names that are not known, and for `d` with a number that is not counted.
    ///
    /// - Throws: `TrainingError.invalidArgument` with the known names.
    func check(counts: [String], values: [String]) throws {
        _ = try filled(counts: counts.map { ($0, 0) }, values: values.map { ($0, 0) })
    }

    /// The name with numbers filled in.
    ///
    /// - Throws: `TrainingError.invalidArgument` with the known names for one that is not known, and for `d` with a number that
    ///   is not counted.
    func filled(counts: [(name: String, value: Int)], values: [(name: String, value: Double)]) throws
        -> String
    {
        try parts.map { part in
            switch part {
            case .text(let text): return text
            case .number(let name, let format):
                if let count = counts.first(where: { $0.name == name })?.value {
                    return Self.text(Double(count), count: count, format)
                }
                guard let value = values.first(where: { $0.name == name })?.value else {
                    let known = counts.map(\.name) + values.map(\.name)
                    throw mistake(
                        "\"\(name)\" is not known; there are \(known.joined(separator: ", "))"
                            + (name.hasPrefix("val_") ? ". Names with val_ need validation data" : ""))
                }
                guard format.type != "d" else {
                    throw mistake("{\(name):d} is for whole numbers; write {\(name):.2f}, for example")
                }
                return Self.text(value, count: nil, format)
            }
        }.joined()
    }

    private func place(_ text: Substring) throws -> Part {
        let pieces = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = String(pieces[0])
        guard !name.isEmpty, !name.contains("{") else { throw mistake("{\(text)} names nothing") }
        var format = Format()
        guard pieces.count > 1 else { return .number(name: name, format: format) }
        var rest = pieces[1]
        func digits() -> Int? {
            let found = rest.prefix { $0.isASCII && $0.isNumber }
            rest = rest.dropFirst(found.count)
            return found.count <= 3 ? Int(found) : nil
        }
        if rest.first == "0" { format.isPadded = true }
        if let first = rest.first, first.isNumber {
            guard let width = digits() else { throw mistake("{\(text)} has a width that is too large") }
            format.width = width
        }
        if rest.first == "." {
            rest = rest.dropFirst()
            guard let decimals = digits(), decimals <= 99 else {
                throw mistake("{\(text)} has no number of decimals after its point")
            }
            format.decimals = decimals
        }
        if let type = rest.first, "dfeg%".contains(type) {
            format.type = type
            rest = rest.dropFirst()
        }
        guard rest.isEmpty, format.type != "d" || format.decimals == nil else {
            throw mistake(
                "{\(text)} has a format that is not known, write {epoch:02d}, {val_loss:.4f}, {loss:.3e}")
        }
        return .number(name: name, format: format)
    }

    private static func text(_ value: Double, count: Int?, _ format: Format) -> String {
        var text: String
        if !value.isFinite {
            text = value.isNaN ? "nan" : value > 0 ? "inf" : "-inf"
        } else if let count, format.type == nil && format.decimals == nil || format.type == "d" {
            text = "\(count)"
        } else {
            let decimals = format.decimals ?? 6
            switch format.type {
            case "f": text = String(format: "%.\(decimals)f", value)
            case "e": text = String(format: "%.\(decimals)e", value)
            case "%": text = String(format: "%.\(decimals)f%%", value * 100)
            case nil where format.decimals == nil: text = "\(value)"
            default: text = String(format: "%.\(decimals)g", value)
            }
        }
        let missing = max(0, format.width - text.count)
        guard format.isPadded else { return String(repeating: " ", count: missing) + text }
        let sign = text.hasPrefix("-") ? "-" : ""
        return sign + String(repeating: "0", count: missing) + text.dropFirst(sign.count)
    }

    private func mistake(_ what: String) -> TrainingError {
        .invalidArgument("\(callback)'s file name \"\(pattern)\": \(what).")
    }
}
