public import Foundation

/// A value in JSON, read with bounds on size and depth and written in one fixed way.
///
/// Foundation reads and writes; a file's claims cannot make it nest deeply or grow beyond a multiple of the file.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction that fits 64 bits.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// A text.
    case string(String)
    /// A list.
    case array([JSONValue])
    /// Values by name.
    case object([String: JSONValue])

    /// The deepest nesting that is read.
    static let deepest = 128

    /// Reads a text in JSON.
    ///
    /// - Parameters:
    ///   - data: the text, in UTF-8.
    ///   - file: the name for errors.
    /// - Throws: `FormatError` of kind `.malformed` if it is no JSON, not in UTF-8, or nests more than 128 deep.
    public init(parsing data: Data, file: String) throws(FormatError) {
        // Foundation reads UTF-16 and UTF-32 too, and knows them by their zero bytes or the mark in front; the scan below would
        // see neither brackets nor quotation marks in them.
        guard !data.contains(0), String(validating: data, as: UTF8.self) != nil else {
            throw FormatError(
                .malformed, file: file, what: "its JSON is not in UTF-8", remedy: "Save it again in UTF-8")
        }
        var depth = 0, isInString = false, isEscaped = false
        for byte in data {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "["), UInt8(ascii: "{"): depth += 1
            case UInt8(ascii: "]"), UInt8(ascii: "}"): depth -= 1
            default: break
            }
            guard depth <= Self.deepest else {
                throw FormatError(
                    .malformed, file: file, what: "its JSON nests too deeply",
                    expected: "at most \(Self.deepest) levels")
            }
        }
        do {
            self = try JSONDecoder().decode(JSONValue.self, from: data)
        } catch {
            throw FormatError(
                .malformed, file: file, what: "it holds no valid JSON (\(Self.reason(error)))",
                remedy: "Save the model again.")
        }
    }

    private static func reason(_ error: any Error) -> String {
        guard case DecodingError.dataCorrupted(let context) = error else { return "\(error)" }
        let detail = (context.underlyingError as NSError?)?.userInfo["NSDebugDescription"] as? String
        return detail ?? context.debugDescription
    }

    /// The text in JSON: names sorted, so that equal values give equal bytes, and `1.0` written so, since Python tells it from
    /// `1`. A number that is not finite, which JSON has no word for, becomes `null`.
    public var text: String {
        switch self {
        case .null: "null"
        case .bool(let bool): bool ? "true" : "false"
        case .integer(let integer): "\(integer)"
        case .number(let number): number.isFinite ? "\(number)" : "null"
        case .string(let string): Self.quoted(string)
        case .array(let array): "[\(array.map(\.text).joined(separator: ", "))]"
        case .object(let object):
            "{"
                + object.sorted { $0.key < $1.key }.map { "\(Self.quoted($0)): \($1.text)" }.joined(
                    separator: ", ")
                + "}"
        }
    }

    /// A text in JSON, with its quotation marks.
    static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}

extension JSONValue: Decodable {
    /// Reads the value at the decoder's place.
    public init(from decoder: any Decoder) throws {
        if let values = try? decoder.container(keyedBy: Name.self) {
            var object: [String: JSONValue] = [:]
            for key in values.allKeys {
                object[key.stringValue] = try values.decode(JSONValue.self, forKey: key)
            }
            self = .object(object)
            return
        }
        if var values = try? decoder.unkeyedContainer() {
            var array: [JSONValue] = []
            while !values.isAtEnd { array.append(try values.decode(JSONValue.self)) }
            self = .array(array)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let bool = try? value.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}

extension JSONValue {
    /// The value of a name, if this is an object that has it. Setting one does nothing to anything but an object.
    public subscript(name: String) -> JSONValue? {
        get { object?[name] }
        set {
            guard case .object(var object) = self else { return }
            object[name] = newValue
            self = .object(object)
        }
    }

    /// The values by name, if this is an object.
    public var object: [String: JSONValue]? { if case .object(let object) = self { object } else { nil } }
    /// The elements, if this is a list.
    public var array: [JSONValue]? { if case .array(let array) = self { array } else { nil } }
    /// The text, if this is one.
    public var string: String? { if case .string(let string) = self { string } else { nil } }
    /// The truth value, if this is one.
    public var bool: Bool? { if case .bool(let bool) = self { bool } else { nil } }
    /// The number, if this is one without fraction; 3.0 counts.
    public var integer: Int? {
        switch self {
        case .integer(let integer): integer
        case .number(let number): Int(exactly: number)
        default: nil
        }
    }
    /// The number, if this is one.
    public var double: Double? {
        switch self {
        case .integer(let integer): Double(integer)
        case .number(let number): number
        default: nil
        }
    }
    /// Whether this is `null`.
    public var isNull: Bool { self == .null }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    /// A text.
    public init(stringLiteral value: String) { self = .string(value) }
    /// A truth value.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// A number without fraction.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A list.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// Values by name; the last of equal names counts.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements) { $1 })
    }
}
