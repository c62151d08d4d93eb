public import ThawFormats
public import ThawGraph

/// The arguments of one layer, or of another object of Keras, by Keras's names: what a `KerasLayer` is made from.
///
/// Each access says which argument is meant and throws an error that names layer, argument and value. An argument that nothing
/// asked for is an error too, unless it is null: what Thaw does not know must not be lost silently.
public final class KerasConfiguration {
    /// Keras's name of the class, for example `Dense`.
    public let className: String
    /// The layer's name, for errors.
    public let layerName: String
    /// 2 or 3: some classes of Keras 2 mean something else.
    public let kerasVersion: Int

    /// The largest number of units, pixels and so on that a file may ask for.
    static let largest = 1 << 24
    /// The largest number of training steps; Python's files hold no larger whole numbers exactly.
    static let mostSteps = 1 << 53

    private let values: [String: JSONValue]
    private var known: Set<String> = [
        "name", "trainable", "dtype", "batch_input_shape", "batch_shape", "input_dtype",
    ]

    init(className: String, layerName: String, kerasVersion: Int, values: [String: JSONValue]) {
        self.className = className
        self.layerName = layerName
        self.kerasVersion = kerasVersion
        self.values = values
    }

    /// The argument as it is in the file; nil if it is absent or null.
    public func value(_ argument: String) -> JSONValue? {
        known.insert(argument)
        return values[argument].flatMap { $0.isNull ? nil : $0 }
    }

    /// Whether the file has the argument, if only as null.
    func has(_ argument: String) -> Bool { values[argument] != nil }

    /// A whole number.
    ///
    /// - Parameters:
    ///   - argument: its name.
    ///   - fallback: what it is where the file does not say; nil if it must.
    public func integer(_ argument: String, default fallback: Int? = nil) throws -> Int {
        try read(argument, "a whole number", fallback) { $0.integer }
    }

    /// A number of training steps, which may be larger than any size.
    func steps(_ argument: String, default fallback: Int? = nil) throws -> Int {
        try read(argument, "a whole number", fallback, upTo: Self.mostSteps) { $0.integer }
    }

    /// Numbers of training steps.
    func stepList(_ argument: String) throws -> [Int] {
        try read(argument, "a list of whole numbers", nil, upTo: Self.mostSteps) { $0.elements(\.integer) }
    }

    /// A number.
    public func number(_ argument: String, default fallback: Double? = nil) throws -> Double {
        try read(argument, "a number", fallback) { Self.number($0) }
    }

    /// A whole number that may be absent.
    func optionalInteger(_ argument: String) throws -> Int? {
        value(argument) == nil ? nil : try integer(argument)
    }

    /// A number that may be absent.
    public func optionalNumber(_ argument: String) throws -> Double? {
        value(argument) == nil ? nil : try number(argument)
    }

    /// A truth value.
    public func bool(_ argument: String, default fallback: Bool? = nil) throws -> Bool {
        // Python's 0 and 1 are truth values too.
        try read(argument, "true or false", fallback) { value in
            value.bool ?? value.integer.flatMap { $0 == 0 || $0 == 1 ? $0 == 1 : nil }
        }
    }

    /// A text.
    public func string(_ argument: String, default fallback: String? = nil) throws -> String {
        try read(argument, "a text", fallback) { $0.string }
    }

    /// Whole numbers: a list, or one number for a list of one.
    public func integers(_ argument: String, default fallback: [Int]? = nil) throws -> [Int] {
        try read(argument, "a list of whole numbers", fallback) { value in
            if let integer = value.integer { return [integer] }
            return value.elements(\.integer)
        }
    }

    /// Whole numbers of which some may be null; nil if the whole list is absent.
    func openSizes(_ argument: String) throws -> [Int?]? {
        guard let value = value(argument) else { return nil }
        let sizes = value.array?.compactMap { size -> Int?? in
            guard !size.isNull else { return .some(nil) }
            return size.integer.flatMap { (1...Self.largest).contains($0) ? .some($0) : nil }
        }
        guard let sizes, sizes.count == value.array?.count else { throw unsupported(argument) }
        return sizes
    }

    /// A height and a width: a list of two, or one number for both.
    public func size(_ argument: String, default fallback: Size2D? = nil) throws -> Size2D {
        try read(argument, "one or two whole numbers", fallback) { value in
            if let integer = value.integer { return Size2D(integer) }
            guard let pair = value.elements(\.integer), pair.count == 2 else { return nil }
            return Size2D(height: pair[0], width: pair[1])
        }
    }

    /// Numbers: a list, or one number for a list of one.
    public func numbers(_ argument: String, default fallback: [Double]? = nil) throws -> [Double] {
        try read(argument, "a number or a list of numbers", fallback) { value in
            Self.number(value).map { [$0] } ?? value.elements { Self.number($0) }
        }
    }

    /// Rows and columns at the edges: `[[top, bottom], [left, right]]`, `[height, width]`, or one number for all four.
    public func margins(_ argument: String, default fallback: Margins2D? = nil) throws -> Margins2D {
        try read(argument, "one, two or two pairs of whole numbers", fallback) { value in
            guard let axes = value.array ?? value.integer.map({ [.integer($0), .integer($0)] }),
                axes.count == 2
            else { return nil }
            let edges = axes.compactMap { axis in
                axis.integer.map { [$0, $0] }
                    ?? axis.array.flatMap { pair in
                        let numbers = pair.compactMap(\.integer)
                        return pair.count == 2 && numbers.count == 2 ? numbers : nil
                    }
            }
            guard edges.count == 2, edges.joined().allSatisfy({ abs($0) <= Self.largest }) else { return nil }
            return Margins2D(
                top: edges[0][0], bottom: edges[0][1], left: edges[1][0], right: edges[1][1])
        }
    }

    /// The padding of windows: `valid` or `same`.
    public func padding() throws -> Padding2D {
        switch try string("padding", default: "valid") {
        case "valid": return .valid
        case "same": return .same
        default: throw unsupported("padding")
        }
    }

    /// Throws unless the argument is absent, null, or one of the given values: the only ones whose meaning Thaw has.
    public func expect(_ argument: String, _ allowed: JSONValue...) throws {
        guard let value = value(argument), !allowed.contains(value) else { return }
        // 1 and 1.0, and [1, 1] for 1, mean the same.
        let numbers = allowed.compactMap(\.double)
        let given = value.array?.compactMap(\.double) ?? [value.double].compactMap(\.self)
        guard !given.isEmpty, given.count == value.array?.count ?? 1, given.allSatisfy(numbers.contains)
        else {
            throw unsupported(argument)
        }
    }

    /// Everything that nothing asked for yet, for another reader to ask for.
    func remaining() -> [String: JSONValue] {
        defer { known.formUnion(values.keys) }
        return values.filter { !known.contains($0.key) }
    }

    /// Says that arguments mean nothing here, whatever they are.
    public func ignore(_ arguments: String...) { known.formUnion(arguments) }

    /// The error for a value that Thaw lacks.
    public func unsupported(_ argument: String) -> SavedModelError {
        .unsupportedArgument(
            layer: layerName, className: className, argument: argument,
            value: String((values[argument] ?? .null).text.prefix(100)))
    }

    /// The error for a value that cannot be.
    func malformed(_ message: String) -> SavedModelError {
        .malformed(layer: "layer \(layerName) (\(className))", message: message)
    }

    /// Throws if the file has an argument that nothing asked for.
    func finish() throws {
        for argument in values.keys.sorted() where !known.contains(argument) && values[argument] != .null {
            throw unsupported(argument)
        }
    }

    private func read<Value>(
        _ argument: String, _ kind: String, _ fallback: Value?,
        upTo largest: Int = KerasConfiguration.largest,
        _ convert: (JSONValue) -> Value?
    ) throws -> Value {
        guard let given = value(argument) else {
            guard let fallback else { throw malformed("\(argument) is missing.") }
            return fallback
        }
        let isBounded = Value.self != Double.self && Value.self != [Double].self
        let wholes = isBounded ? given.array ?? [given] : []
        guard
            !wholes.contains(where: {
                abs($0.double ?? 0) > Double(largest) && $0.integer != nil && argument != "seed"
            })
        else { throw unsupported(argument) }
        guard let value = convert(given) else {
            throw malformed("\(argument) should be \(kind), not \(given.text.prefix(100)).")
        }
        return value
    }

    /// A number, also where Keras 2 wrote one of NumPy's.
    private static func number(_ value: JSONValue) -> Double? {
        if let array = value["class_name"]?.string == "__numpy__" ? value["value"] : nil {
            return array.double
        }
        if value["type"]?.string == "ndarray" { return value["value"]?.double }
        return value.double
    }
}

extension JSONValue {
    /// The elements of a list, converted; nil if this is no list or one of them cannot be.
    func elements<Value>(_ convert: (JSONValue) -> Value?) -> [Value]? {
        guard let array else { return nil }
        let values = array.compactMap(convert)
        return values.count == array.count ? values : nil
    }
}
