public import ThawFormats
public import ThawTensor

/// Changes the description of a model as damage and malice do: values of other types, numbers without measure, lists in lists,
/// names of other layers, lost and doubled parts, and parts put into one another.
public struct JSONMutator {
    private var stream: RandomStream

    /// - Parameter stream: where choices come from.
    public init(_ stream: RandomStream) { self.stream = stream }

    /// A changed copy.
    public mutating func mutant(of whole: JSONValue) -> JSONValue {
        var mutant = whole
        for _ in 0...stream.pick(4) {
            let parts = Self.count(mutant)
            var place = stream.pick(parts)
            // Half of the changes are where layers are called, and where numbers are.
            if stream.pick(2) == 0 {
                for _ in 0..<30 where !Self.isInteresting(Self.part(mutant, place)) {
                    place = stream.pick(parts)
                }
            }
            let other = Self.part(mutant, stream.pick(parts))
            var rest = place
            mutant = changed(mutant, &rest, other)
        }
        return mutant
    }

    private static func isInteresting(_ value: JSONValue) -> Bool {
        switch value {
        case .integer, .number, .array: true
        default: false
        }
    }

    /// The number of values in a value, itself included.
    private static func count(_ value: JSONValue) -> Int {
        switch value {
        case .array(let array): array.reduce(1) { $0 + count($1) }
        case .object(let object): object.values.reduce(1) { $0 + count($1) }
        default: 1
        }
    }

    /// The value at a place, counted in the order of names.
    private static func part(_ value: JSONValue, _ place: Int) -> JSONValue {
        var rest = place
        func find(_ value: JSONValue) -> JSONValue? {
            if rest == 0 { return value }
            rest -= 1
            switch value {
            case .array(let array): return array.lazy.compactMap(find).first
            case .object(let object):
                return object.sorted { $0.key < $1.key }.lazy.compactMap { find($0.value) }.first
            default: return nil
            }
        }
        return find(value) ?? value
    }

    /// A copy with the part at a place changed; the place counts down to it.
    private mutating func changed(_ value: JSONValue, _ place: inout Int, _ other: JSONValue) -> JSONValue {
        guard place != 0 else {
            place = -1
            return replacement(for: value, other)
        }
        if place < 0 { return value }
        place -= 1
        switch value {
        case .array(let array):
            return .array(array.map { changed($0, &place, other) })
        case .object(let object):
            var result: [String: JSONValue] = [:]
            for (name, inner) in object.sorted(by: { $0.key < $1.key }) {
                result[name] = changed(inner, &place, other)
            }
            return .object(result)
        default: return value
        }
    }

    private static let numbers: [JSONValue] = [
        0, 1, -1, 2, 3, 7, 64, 255, 65536, 16_777_216, 16_777_217, 2_147_483_647, 4_294_967_296,
        9_007_199_254_740_992, 4_611_686_018_427_387_904, .integer(.max), .integer(.min), 0.5, -0.0,
        .number(.leastNonzeroMagnitude),
        1e38, 1e308, -1e308,
    ]

    private static let texts = [
        "", "same", "relu", "Dense", "Conv2D", "DepthwiseConv2D", "BatchNormalization", "Functional",
        "Sequential",
        "Model", "InputLayer", "Add", "Concatenate", "Reshape", "Flatten", "Dropout", "PReLU",
        "GroupNormalization",
        "LayerNormalization", "MaxPooling2D", "GlobalAveragePooling2D", "Softmax", "channels_first", "Adam",
        "Nadam", "ExponentialDecay", "PiecewiseConstantDecay", "mse", "AUC", "..", "a/b", "\u{0}", "🧊",
    ]

    private mutating func replacement(for value: JSONValue, _ other: JSONValue) -> JSONValue {
        switch stream.pick(12) {
        case 0: return .null
        case 1: return .bool(stream.pick(2) == 0)
        case 2, 3: return Self.numbers[stream.pick(Self.numbers.count)]
        case 4: return .string(Self.texts[stream.pick(Self.texts.count)])
        case 5, 6: return other
        case 7: return nested(value)
        case 8: return .array([value, other])
        default: break
        }
        switch value {
        case .array(var array) where !array.isEmpty:
            let index = stream.pick(array.count)
            switch stream.pick(5) {
            case 0: array.remove(at: index)
            case 1: array.insert(array[index], at: stream.pick(array.count))
            case 2: array.swapAt(index, stream.pick(array.count))
            case 3: array = Array(repeating: array[index], count: 1 + stream.pick(40))
            default: array.append(other)
            }
            return .array(array)
        case .object(var object) where !object.isEmpty:
            let names = object.keys.sorted()
            let name = names[stream.pick(names.count)]
            switch stream.pick(3) {
            case 0: object[name] = nil
            case 1: object[names[stream.pick(names.count)]] = object[name]
            default: object[Self.texts[stream.pick(Self.texts.count)]] = object[name]
            }
            return .object(object)
        case .integer(let integer): return .integer(integer &+ stream.pick(9) &- 4)
        case .number(let number): return .number(-number)
        case .string(let text): return .string(text + text)
        default: return other
        }
    }

    private mutating func nested(_ value: JSONValue) -> JSONValue {
        var result = value
        for _ in 0..<(1 << stream.pick(8)) { result = stream.pick(2) == 0 ? [result] : ["config": result] }
        return result
    }
}
