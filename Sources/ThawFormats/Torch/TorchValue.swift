public import ThawTensor

/// A value of a file of `torch.save`: a tensor, or what holds tensors and describes them.
public enum TorchValue: Sendable, Equatable {
    /// Python's `None`.
    case none
    /// `True` or `False`.
    case bool(Bool)
    /// A whole number of 64 bits.
    case integer(Int)
    /// A floating-point number.
    case number(Double)
    /// A text; also a type (`torch.float32`) and a device (`cuda:0`).
    case string(String)
    /// Bytes.
    case bytes([UInt8])
    /// A tensor, row-major whatever its strides were.
    case tensor(Tensor)
    /// A list, a tuple, a set or a `torch.Size`.
    case list([TorchValue])
    /// A dictionary, in its order.
    case dictionary([Entry])

    /// A key of a dictionary with its value.
    public struct Entry: Sendable, Equatable {
        /// The key, most often a text; a whole number in the state of an optimizer.
        public let key: TorchValue
        /// The value.
        public let value: TorchValue

        /// Puts key and value together.
        public init(key: TorchValue, value: TorchValue) {
            self.key = key
            self.value = value
        }
    }

    /// The value of a dictionary for a text; `nil` if there is none, or this is no dictionary.
    public subscript(key: String) -> TorchValue? {
        guard case .dictionary(let entries) = self else { return nil }
        return entries.first { $0.key == .string(key) }?.value
    }

    /// The item of a list, or the value of a dictionary for a whole number; `nil` if there is none.
    public subscript(index: Int) -> TorchValue? {
        switch self {
        case .list(let items): items.indices.contains(index) ? items[index] : nil
        case .dictionary(let entries): entries.first { $0.key == .integer(index) }?.value
        default: nil
        }
    }

    /// The tensor that this is, or `nil`.
    public var tensor: Tensor? {
        if case .tensor(let tensor) = self { tensor } else { nil }
    }

    /// Every tensor in this value, in order, with the keys and indices that lead to it, joined by full stops.
    var namedTensors: [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        collect(into: &result, prefix: "")
        return result
    }

    private func collect(into result: inout [(name: String, tensor: Tensor)], prefix: String) {
        func name(_ part: String) -> String { prefix.isEmpty ? part : "\(prefix).\(part)" }
        switch self {
        case .tensor(let tensor): result.append((prefix, tensor))
        case .list(let items):
            for (index, item) in items.enumerated() { item.collect(into: &result, prefix: name("\(index)")) }
        case .dictionary(let entries):
            for entry in entries {
                switch entry.key {
                case .string(let key): entry.value.collect(into: &result, prefix: name(key))
                case .integer(let key): entry.value.collect(into: &result, prefix: name("\(key)"))
                default: continue
                }
            }
        default: return
        }
    }
}
