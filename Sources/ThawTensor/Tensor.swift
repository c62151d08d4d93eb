import Foundation

/// An n-dimensional array in the host's memory: row-major, contiguous, aligned to 64 bytes, and a value.
///
/// Copies share memory until one of them is written. Tensors carry data into and out of models and serve to
/// prepare it; training itself runs in an engine.
///
/// ```swift
/// let images = Tensor(shape: [2, 2], scalars: [1.0, 2.0, 3.0, 4.0])
/// let centred = images - images.mean(axes: [0])
/// ```
///
/// Operators broadcast as in NumPy. A mistake in shapes or types is a programmer's error and stops the
/// program with a message that names the operation and the shapes.
public struct Tensor: Sendable {
    /// The extent of every axis, outermost first; `[]` for a scalar.
    public let shape: [Int]
    /// The type of the elements.
    public let dtype: DType
    /// The number of elements, the product of ``shape``.
    public let count: Int

    var storage: TensorStorage

    /// The number of axes.
    public var rank: Int { shape.count }

    /// The number of bytes that the elements take.
    public var byteCount: Int { count * dtype.byteCount }

    /// A tensor of arbitrary contents, to be filled through `storage.base` before it is shown to anyone.
    init(uninitialized shape: [Int], dtype: DType, operation: String = "Tensor") {
        count = TensorShape.requiredCount(shape, dtype: dtype, operation: operation)
        storage = TensorStorage(byteCount: count * dtype.byteCount)
        self.shape = shape
        self.dtype = dtype
    }

    /// A tensor of memory that was made for it.
    init(shape: [Int], dtype: DType, count: Int, storage: TensorStorage) {
        self.shape = shape
        self.dtype = dtype
        self.count = count
        self.storage = storage
    }

    /// The memory of `other` under another shape of the same count.
    init(sharing other: Tensor, shape: [Int]) {
        self.shape = shape
        dtype = other.dtype
        count = other.count
        storage = other.storage
    }

    /// A tensor whose memory `body` fills.
    ///
    /// The memory is zeroed before `body` sees it, so `body` may write only part of it. Elements of type
    /// `bool` must be left as the byte 0 or 1.
    public init(
        shape: [Int], dtype: DType, initializingWith body: (UnsafeMutableRawBufferPointer) throws -> Void
    ) rethrows {
        self.init(uninitialized: shape, dtype: dtype)
        storage.fillWithZeros()
        try body(UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
    }

    /// A tensor all of whose memory `body` fills; nothing is zeroed before.
    package init<Failure: Error>(
        fillingAllOf shape: [Int], dtype: DType,
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        self.init(uninitialized: shape, dtype: dtype)
        try body(UnsafeMutableRawBufferPointer(start: storage.base, count: storage.byteCount))
    }
}

extension Tensor: Equatable {
    /// Whether shape, type and every element are equal. As for `Float`, NaN differs from itself and 0 equals
    /// -0; to compare memory see ``isBitwiseEqual(to:)``.
    public static func == (left: Tensor, right: Tensor) -> Bool {
        guard left.dtype == right.dtype, left.shape == right.shape else { return false }
        switch left.dtype {
        case .float32: return left.elementsEqual(right, as: Float.self)
        case .float64: return left.elementsEqual(right, as: Double.self)
        case .float16, .bfloat16: return left.cast(to: .float32) == right.cast(to: .float32)
        case .int32, .int64, .uint8, .bool: return left.isBitwiseEqual(to: right)
        }
    }

    /// Whether shape, type and every bit of the memory are equal: the test that something was left untouched.
    public func isBitwiseEqual(to other: Tensor) -> Bool {
        guard dtype == other.dtype, shape == other.shape else { return false }
        if storage === other.storage { return true }
        defer { withExtendedLifetime((storage, other.storage)) {} }
        return memcmp(storage.base, other.storage.base, byteCount) == 0
    }

    private func elementsEqual<T: ArithmeticElement>(_ other: Tensor, as type: T.Type) -> Bool {
        read(as: type) { left in
            other.read(as: type) { right in
                for index in 0..<count where left[index] != right[index] { return false }
                return true
            }
        }
    }
}
