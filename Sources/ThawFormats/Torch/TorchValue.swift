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
    /// What only Python could make, `argparse.Namespace`, or Thaw has no type for, `a tensor of torch.ComplexFloatStorage`, by
    /// what it is called. What it holds is not looked at.
    case object(String)

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

    /// Every tensor in this value, in order, with the keys and indices that lead to it, joined by full stops. A value that is a
    /// tensor itself is called `tensor`.
    var namedTensors: [(name: String, tensor: Tensor)] {
        var result: [(name: String, tensor: Tensor)] = []
        visit { name, value in
            if case .tensor(let tensor) = value { result.append((name.isEmpty ? "tensor" : name, tensor)) }
        }
        return result
    }

    /// Every object in this value, in the same manner.
    var namedObjects: [(name: String, object: String)] {
        var result: [(name: String, object: String)] = []
        visit { name, value in
            if case .object(let object) = value { result.append((name, object)) }
        }
        return result
    }

    /// Calls `body` with all that this value holds and its name, but not with what lies under keys that are neither texts nor whole
    /// numbers.
    private func visit(prefix: String = "", _ body: (String, TorchValue) -> Void) {
        func name(_ part: String) -> String { prefix.isEmpty ? part : "\(prefix).\(part)" }
        body(prefix, self)
        switch self {
        case .list(let items):
            for (index, item) in items.enumerated() { item.visit(prefix: name("\(index)"), body) }
        case .dictionary(let entries):
            for entry in entries {
                switch entry.key {
                case .string(let key): entry.value.visit(prefix: name(key), body)
                case .integer(let key): entry.value.visit(prefix: name("\(key)"), body)
                default: continue
                }
            }
        default: return
        }
    }
}
