extension Tensor {
    /// Calls `body` with the elements, in row-major order. Traps when `T` is not the tensor's type; see
    /// ``cast(to:)``.
    public func withUnsafeBufferPointer<T: TensorElement, R>(
        as type: T.Type, _ body: (UnsafeBufferPointer<T>) throws -> R
    ) rethrows -> R {
        requireElement(type, operation: "withUnsafeBufferPointer")
        defer { withExtendedLifetime(storage) {} }
        return try body(
            UnsafeBufferPointer(start: storage.base.bindMemory(to: type, capacity: count), count: count))
    }

    /// Calls `body` with the elements for reading and writing, after making this tensor the only owner of its
    /// memory. Traps when `T` is not the tensor's type.
    public mutating func withUnsafeMutableBufferPointer<T: TensorElement, R>(
        as type: T.Type, _ body: (UnsafeMutableBufferPointer<T>) throws -> R
    ) rethrows -> R {
        requireElement(type, operation: "withUnsafeMutableBufferPointer")
        makeUnique()
        defer { withExtendedLifetime(storage) {} }
        let base = storage.base.bindMemory(to: type, capacity: count)
        return try body(UnsafeMutableBufferPointer(start: base, count: count))
    }

    /// Calls `body` with the bytes of the elements, in row-major order and the machine's byte order.
    public func withUnsafeBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeRawBufferPointer(start: storage.base, count: storage.byteCount))
    }

    /// Calls `body` with the bytes for reading and writing, after making this tensor the only owner of its
    /// memory. Elements of type `bool` must be left as the byte 0 or 1.
    public mutating func withUnsafeMutableBytes<R>(
        _ body: (UnsafeMutableRawBufferPointer) throws -> R
    ) rethrows -> R {
        makeUnique()
        defer { withExtendedLifetime(storage) {} }
        return try body(UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
    }

    /// The elements in row-major order, converted as by ``cast(to:)`` when `T` is not the tensor's type.
    public func scalars<T: TensorElement>(as type: T.Type = T.self) -> [T] {
        cast(to: T.dtype).withUnsafeBufferPointer(as: type) { Array($0) }
    }

    /// The elements in row-major order as `Float`.
    public var floats: [Float] { scalars() }

    /// The elements in row-major order as `Double`.
    public var doubles: [Double] { scalars() }

    /// The elements in row-major order as `Int`; fractions are truncated towards zero.
    public var ints: [Int] { scalars() }

    /// The only element, converted as by ``cast(to:)``. Traps unless ``count`` is 1.
    public func item<T: TensorElement>(as type: T.Type = T.self) -> T {
        require(count == 1, "item: expected a tensor of one element, got shape \(shape)")
        return scalars(as: type)[0]
    }

    /// The only element as a `Double`. Traps unless ``count`` is 1.
    public var item: Double { item(as: Double.self) }

    /// Reading and writing one element by its index on every axis. Traps when an index is out of range.
    ///
    /// A written value is converted as by ``cast(to:)``. For loops over many elements use
    /// ``withUnsafeBufferPointer(as:_:)``.
    public subscript(element indices: Int...) -> Double {
        get {
            let offset = elementOffset(indices)
            return withStoredType { readElement($0, offset: offset) }
        }
        set {
            let offset = elementOffset(indices)
            makeUnique()
            let base = storage.base
            let capacity = count
            withStoredType { type in
                writeElement(type, at: base, capacity: capacity, offset: offset, value: newValue)
            }
        }
    }

    private func readElement<T: StoredElement>(_ type: T.Type, offset: Int) -> Double {
        read(as: type) { $0[offset].asDouble }
    }

    private func writeElement<T: StoredElement>(
        _ type: T.Type, at base: UnsafeMutableRawPointer, capacity: Int, offset: Int, value: Double
    ) {
        base.bindMemory(to: type, capacity: capacity)[offset] = T(fromDouble: value)
    }

    private func elementOffset(_ indices: [Int]) -> Int {
        require(
            indices.count == rank,
            "subscript(element:): \(indices.count) indices \(indices) given for a tensor of shape \(shape)")
        var offset = 0
        for (index, extent) in zip(indices, shape) {
            require(
                index >= 0 && index < extent,
                "subscript(element:): index \(indices) is outside of shape \(shape)")
            offset = offset * extent + index
        }
        return offset
    }

    private func requireElement<T: TensorElement>(_ type: T.Type, operation: String) {
        require(
            dtype == T.dtype && MemoryLayout<T>.stride == dtype.byteCount,
            "\(operation): the tensor of shape \(shape) holds \(dtype), not \(T.dtype); cast it first")
    }
}

extension Tensor {
    /// Makes this tensor the only owner of its memory, copying it if it is shared.
    mutating func makeUnique() {
        if !isKnownUniquelyReferenced(&storage) { storage = TensorStorage(copying: storage) }
    }

    /// Calls `body` with the elements. The caller knows the type.
    @inline(__always)
    func read<T: StoredElement, R>(as type: T.Type, _ body: (UnsafePointer<T>) -> R) -> R {
        defer { withExtendedLifetime(storage) {} }
        return body(UnsafePointer(storage.base.bindMemory(to: type, capacity: count)))
    }

    /// A new tensor of `T`'s type that `body` fills completely.
    @inline(__always)
    static func build<T: StoredElement>(
        _ shape: [Int], as type: T.Type, operation: String = "Tensor",
        _ body: (UnsafeMutablePointer<T>) -> Void
    ) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: T.dtype, operation: operation)
        body(result.storage.base.bindMemory(to: type, capacity: result.count))
        return result
    }

    /// Calls `body` with the Swift type behind ``dtype``.
    func withStoredType<R>(_ body: (any StoredElement.Type) -> R) -> R {
        switch dtype {
        case .float32: body(Float.self)
        case .float64: body(Double.self)
        case .int32: body(Int32.self)
        case .int64: body(Int64.self)
        case .uint8: body(UInt8.self)
        case .bool: body(Bool.self)
        case .float16: body(StoredFloat16.self)
        case .bfloat16: body(StoredBFloat16.self)
        }
    }
}
