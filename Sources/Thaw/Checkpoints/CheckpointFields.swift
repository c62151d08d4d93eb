import ThawFormats
import ThawTensor

/// The tensors of a checkpoint that is being written, each under a name of its own.
struct CheckpointTensors {
    private(set) var tensors: [String: Tensor] = [:]

    mutating func add(_ tensor: Tensor, as name: String) throws {
        guard tensors.updateValue(tensor, forKey: name) == nil else {
            throw TrainingError.invalidArgument(
                "saveCheckpoint: two tensors would be called \(name); rename a layer or a slot of the optimizer."
            )
        }
    }
}

/// A checkpoint file that is being read: which tensors it has, and which were asked for.
final class CheckpointSource {
    let file: String
    private var tensors: [String: Tensor]

    init(file: String, tensors: [String: Tensor]) {
        self.file = file
        self.tensors = tensors
    }

    /// A tensor; each is given once.
    ///
    /// - Parameter shape: what its shape must be; nil for any.
    func tensor(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        guard let tensor = tensors.removeValue(forKey: name) else {
            throw malformed("it lacks the tensor \(name.prefix(200)).")
        }
        guard tensor.shape == shape ?? tensor.shape else {
            throw malformed(
                "its tensor \(name.prefix(200)) has the shape \(tensor.shape), not \(shape ?? []).")
        }
        return tensor
    }

    /// The same of the type that everything on an engine has.
    func floats(_ name: String, shape: [Int]? = nil) throws -> Tensor {
        let tensor = try tensor(name, shape: shape)
        guard tensor.dtype == .float32 else {
            throw malformed("its tensor \(name.prefix(200)) is \(tensor.dtype), not float32.")
        }
        return tensor
    }

    /// Throws if there is a tensor that nobody asked for.
    func finish() throws {
        guard let name = tensors.keys.sorted().first else { return }
        throw malformed("nothing in it says what its tensor \(name.prefix(200)) is for.")
    }

    func malformed(_ message: String) -> CheckpointError { .malformed(file: file, message: message) }
}

/// An object in a checkpoint's description, whose values are read with their types checked.
struct CheckpointFields {
    let source: CheckpointSource
    private let name: String
    private let values: [String: JSONValue]

    init(_ value: JSONValue?, named name: String, source: CheckpointSource) throws {
        guard let values = value?.object else { throw source.malformed("its \(name) is no object.") }
        self.source = source
        self.name = name
        self.values = values
    }

    /// More than any count of steps, epochs or samples.
    static let largest = 1 << 50

    func integer(_ field: String, in range: ClosedRange<Int> = 0...largest) throws -> Int {
        guard let value = values[field]?.integer, range.contains(value) else { throw wrong(field) }
        return value
    }

    func text(_ field: String) throws -> String {
        guard let value = values[field]?.string else { throw wrong(field) }
        return value
    }

    func flag(_ field: String) throws -> Bool {
        guard let value = values[field]?.bool else { throw wrong(field) }
        return value
    }

    func number(_ field: String) throws -> Double {
        guard let value = values[field]?.exactNumber else { throw wrong(field) }
        return value
    }

    /// A number of 64 bits, written as a text, since JSON's numbers have fewer.
    func bits(_ field: String) throws -> UInt64 {
        guard let value = values[field]?.string.flatMap({ UInt64($0) }) else { throw wrong(field) }
        return value
    }

    func list(_ field: String) throws -> [JSONValue] {
        guard let value = values[field]?.array else { throw wrong(field) }
        return value
    }

    func texts(_ field: String) throws -> [String] {
        try list(field).map { value in
            guard let text = value.string else { throw wrong(field) }
            return text
        }
    }

    func object(_ field: String) throws -> [String: JSONValue] {
        guard let value = values[field]?.object else { throw wrong(field) }
        return value
    }

    func fields(_ field: String) throws -> CheckpointFields {
        try CheckpointFields(values[field], named: "\(name).\(field)", source: source)
    }

    /// The value if there is one that is not null.
    func optional(_ field: String) -> JSONValue? { values[field].flatMap { $0.isNull ? nil : $0 } }

    func wrong(_ field: String) -> CheckpointError {
        source.malformed("its \(name).\(field) is missing or makes no sense.")
    }
}

extension JSONValue {
    /// A number as a text that gives the same bits again, infinity, NaN and -0 too.
    static func exact(_ number: Double) -> JSONValue { .string("\(number)") }

    /// The number of `exact`.
    var exactNumber: Double? { string.flatMap { Double($0) } }
}
