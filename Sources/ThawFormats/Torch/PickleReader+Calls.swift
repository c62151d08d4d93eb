extension PickleReader {
    /// As many axes as PyTorch allows.
    static let largestRank = 64

    /// What the call of a known name would give: `[function, arguments]`.
    mutating func call(_ values: [PickleValue]) throws(FormatError) -> PickleValue {
        let function: PickleGlobal
        switch values[0] {
        case .global(let global): function = global
        // What Python would make; its arguments do not matter.
        case .object: return values[0]
        default: throw malformed("\(values[0].kind) is called")
        }
        guard case .tuple(let index) = values[1] else { throw malformed("a call has no arguments") }
        let arguments = containers[index]
        switch function {
        case .rebuildTensor:
            return try view(arguments, type: nil)
        case .rebuildTensorOfType:
            guard arguments.count > 6, case .global(.type(let name, let elements)) = arguments[6] else {
                throw malformed("a tensor lacks its type")
            }
            guard let elements else { return .object("a tensor of torch.\(name)") }
            return try view(arguments, type: elements)
        case .rebuildParameter:
            switch arguments.first {
            case .view?, .object?: return arguments[0]
            default: throw malformed("a parameter is no tensor")
            }
        case .size:
            guard arguments.count == 1, case .tuple = arguments[0] else {
                throw malformed("a size is no tuple")
            }
            return arguments[0]
        case .device:
            guard case .string(let name) = arguments.first else { throw malformed("a device has no name") }
            guard arguments.count > 1, case .integer(let number) = arguments[1] else { return .string(name) }
            return .string("\(name):\(number)")
        case .dictionary: return try dictionary(arguments)
        case .set:
            guard let items = arguments.first else { return .list(place([])) }
            return .list(place(try copied(items)))
        case .encode: return try encoded(arguments)
        case .numpyType:
            guard case .string(let code) = arguments.first else {
                throw malformed("a type of NumPy has no name")
            }
            return .numpyType(code)
        case .numpyScalar: return try scalar(arguments)
        case .storage, .foreignStorage, .untypedStorage, .type: throw refused("a type as a function")
        }
    }

    /// Sets the state of what is on top of the stack: the attributes of an `OrderedDict` or of an object, which do not matter here,
    /// or the byte order of a type of NumPy.
    mutating func build() throws(FormatError) {
        let state = try pop()
        switch try top() {
        case .dictionary, .object: return
        case .numpyType(let code):
            guard case .tuple(let index) = state, containers[index].count > 1,
                case .string(let order) = containers[index][1], order != ">"
            else {
                throw unsupported(
                    "the type \(code.prefix(20)) of NumPy has a byte order or fields of its own")
            }
        case let other: throw refused("__setstate__ of \(other.kind)")
        }
    }

    /// A storage: `("storage", type, key, location, count)`; in the older format with a part of it behind.
    mutating func persistent(_ value: PickleValue) throws(FormatError) -> PickleValue {
        guard case .tuple(let index) = value else { throw malformed("a reference is no tuple") }
        let parts = containers[index]
        if parts.count >= 2, case .string("module") = parts[0], case .object = parts[1] {
            return parts[1]  // a class, with its source
        }
        guard parts.count >= 5, case .string("storage") = parts[0] else {
            if case .string(let kind) = parts.first {
                throw refused("a reference of kind \"\(kind.prefix(80))\"")
            }
            throw malformed("a reference is of no known kind")
        }
        guard case .string(let key) = parts[2], case .integer(let count) = parts[4], count >= 0 else {
            throw malformed("a storage lacks its name or count")
        }
        var storage = TorchStorage(key: key, elements: nil, count: count)
        switch parts[1] {
        case .global(.storage(let elements)):
            storage.elements = elements
            storage.width = elements.width
        case .global(.foreignStorage(let type, let width)):
            storage.foreignType = type
            storage.width = width
        case .global(.untypedStorage): break
        default: throw malformed("a storage is of no known type")
        }
        if parts.count > 5, case .tuple(let part) = parts[5] {
            guard containers[part].count == 3, case .integer(let offset) = containers[part][1],
                case .integer(let size) = containers[part][2], offset >= 0, size >= 0, offset <= count,
                size <= count - offset
            else { throw malformed("a part of a storage leaves it") }
            storage.offset = offset
        }
        storages.append(storage)
        return .storage(storages.count - 1)
    }

    private mutating func view(_ arguments: [PickleValue], type: StoredElements?) throws(FormatError)
        -> PickleValue
    {
        guard arguments.count >= 4, case .storage(let storage) = arguments[0],
            case .integer(let offset) = arguments[1],
            let shape = integers(arguments[2]), let strides = integers(arguments[3])
        else { throw malformed("a tensor lacks its storage, offset, size or stride") }
        guard shape.count == strides.count, shape.count <= Self.largestRank else {
            throw malformed("a tensor has \(shape.count) extents and \(strides.count) strides")
        }
        if let foreign = storages[storage].foreignType { return .object("a tensor of \(foreign)") }
        guard let elements = type ?? storages[storage].elements else {
            throw malformed("a tensor lacks its type")
        }
        try spend(2 * shape.count)
        views.append(
            TorchView(storage: storage, elements: elements, offset: offset, shape: shape, strides: strides))
        return .view(views.count - 1)
    }

    private func integers(_ value: PickleValue) -> [Int]? {
        let index: Int
        switch value {
        case .tuple(let place), .list(let place): index = place
        default: return nil
        }
        guard containers[index].count <= Self.largestRank else { return nil }
        var result: [Int] = []
        for item in containers[index] {
            guard case .integer(let number) = item else { return nil }
            result.append(number)
        }
        return result
    }

    /// The items of a list or tuple, which are copied and so accounted for.
    private mutating func copied(_ value: PickleValue) throws(FormatError) -> [PickleValue] {
        switch value {
        case .list(let index), .tuple(let index), .dictionary(let index):
            try spend(containers[index].count)
            return containers[index]
        default: throw malformed("a collection is made of \(value.kind)")
        }
    }

    /// `OrderedDict()`, or one of a list of pairs, as Python 2 writes it, or of a dictionary.
    private mutating func dictionary(_ arguments: [PickleValue]) throws(FormatError) -> PickleValue {
        guard let source = arguments.first else { return .dictionary(place([])) }
        switch source {
        // What a `defaultdict` makes values with.
        case .none, .global, .object: return .dictionary(place([]))
        default: break
        }
        let items = try copied(source)
        if case .dictionary = source { return .dictionary(place(items)) }
        var result: [PickleValue] = []
        for item in items {
            let pair = try copied(item)
            guard pair.count == 2 else { throw malformed("a dictionary is not made of pairs") }
            result += pair
        }
        return .dictionary(place(result))
    }

    /// Bytes, which protocol 2 writes as a text in Latin-1.
    private mutating func encoded(_ arguments: [PickleValue]) throws(FormatError) -> PickleValue {
        guard arguments.count == 2, case .string(let text) = arguments[0],
            case .string("latin1") = arguments[1]
        else {
            throw refused("_codecs.encode with other arguments")
        }
        // A text may be encoded again and again; a hundred bytes count as a value.
        try spend(text.utf8.count / 100)
        var bytes: [UInt8] = []
        for scalar in text.unicodeScalars {
            guard let byte = UInt8(exactly: scalar.value) else { throw malformed("a text is not Latin-1") }
            bytes.append(byte)
        }
        return .bytes(bytes)
    }

    /// A number of NumPy: its type and its bytes.
    private func scalar(_ arguments: [PickleValue]) throws(FormatError) -> PickleValue {
        guard arguments.count == 2, case .numpyType(let code) = arguments[0],
            case .bytes(let bytes) = arguments[1]
        else { throw unsupported("a scalar of NumPy holds more than a number") }
        let bits = bytes.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        switch (code, bytes.count) {
        case ("f8", 8): return .number(Double(bitPattern: bits))
        case ("f4", 4): return .number(Double(Float(bitPattern: UInt32(bits))))
        case ("i8", 8): return .integer(Int(Int64(bitPattern: bits)))
        case ("i4", 4): return .integer(Int(Int32(bitPattern: UInt32(bits))))
        case ("i2", 2): return .integer(Int(Int16(bitPattern: UInt16(bits))))
        case ("i1", 1): return .integer(Int(Int8(bitPattern: UInt8(bits))))
        case ("u1", 1), ("u2", 2), ("u4", 4): return .integer(Int(bits))
        case ("b1", 1): return .bool(bits != 0)
        default: throw unsupported("a scalar of NumPy is of type \(code.prefix(20)), which is not supported")
        }
    }

    // MARK: Errors

    func malformed(_ what: String) -> FormatError {
        FormatError(
            .malformed, file: file, what: "the pickle is wrong: \(what)",
            remedy: "Check that this is a file of torch.save, and complete")
    }

    func unsupported(_ what: String) -> FormatError {
        FormatError(
            .unsupported, file: file, what: what,
            remedy: "Save only the state_dict: torch.save(model.state_dict(), path)")
    }

    func refused(_ name: String) -> FormatError {
        FormatError(
            .unsupported, file: file, what: "the pickle would execute \(name.prefix(200)), which is refused",
            expected: "tensors, numbers, texts and containers",
            remedy: "Save only the state_dict: torch.save(model.state_dict(), path)")
    }
}
