import ThawTensor

/// Turns what a ``PickleReader`` found into values, once the tensors are read.
struct TorchTree {
    /// No checkpoint nests deeper; what does is a cycle or an attack.
    static let largestDepth = 64

    private let reader: PickleReader
    private let tensors: [Tensor]
    private var rest: Int

    /// A tree over the containers of `reader` with `tensors` in place of its views.
    init(_ reader: PickleReader, tensors: [Tensor]) {
        self.reader = reader
        self.tensors = tensors
        // Shared containers unfold; a few bytes could stand for a tree without end.
        rest = max(1 << 16, min(8 * reader.bytes.count, PickleReader.largestCount))
    }

    /// The value that `value` stands for.
    mutating func value(_ value: PickleValue, depth: Int = 0) throws(FormatError) -> TorchValue {
        rest -= 1
        guard rest >= 0 else { throw reader.malformed("its containers hold each other too often") }
        guard depth <= Self.largestDepth else {
            throw reader.malformed("it is nested deeper than \(Self.largestDepth), or holds itself")
        }
        switch value {
        case .none: return .none
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .number(let value): return .number(value)
        case .string(let value): return .string(value)
        case .bytes(let value): return .bytes(value)
        case .global(.type(let name, _)): return .string("torch.\(name)")
        case .view(let index): return .tensor(tensors[index])
        case .list(let index), .tuple(let index):
            var items: [TorchValue] = []
            for item in reader.containers[index] { items.append(try self.value(item, depth: depth + 1)) }
            return .list(items)
        case .dictionary(let index): return try dictionary(reader.containers[index], depth: depth)
        case .numpyType(let name): return .string("numpy.\(name)")
        case .storage: return .object("a storage without a tensor")
        case .largeInteger: return .object("a whole number of more than 64 bits")
        case .global: return .object("a function")
        case .object(let name): return .object(name)
        }
    }

    private mutating func dictionary(_ items: [PickleValue], depth: Int) throws(FormatError) -> TorchValue {
        var entries: [TorchValue.Entry] = []
        var texts: Set<String> = []
        var numbers: Set<Int> = []
        for place in stride(from: 0, to: items.count - 1, by: 2) {
            let isNew: Bool
            switch items[place] {
            case .string(let key): isNew = texts.insert(key).inserted
            case .integer(let key): isNew = numbers.insert(key).inserted
            default: isNew = true
            }
            guard isNew else { throw reader.malformed("a key occurs twice in a dictionary") }
            let key = try value(items[place], depth: depth + 1)
            entries.append(TorchValue.Entry(key: key, value: try value(items[place + 1], depth: depth + 1)))
        }
        return .dictionary(entries)
    }
}
