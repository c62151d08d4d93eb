public import ThawTensor

/// The shape and the element type of a symbolic tensor. Shapes are fully known: a graph is traced per batch
/// size.
public struct TensorType: Hashable, Sendable, CustomStringConvertible {
    /// The sizes of the axes; axis 0 of a batch is the batch.
    public var shape: [Int]
    /// The element type.
    public var dtype: DType

    /// Creates a type.
    public init(_ shape: [Int], _ dtype: DType = .float32) {
        self.shape = shape
        self.dtype = dtype
    }

    /// The number of axes.
    public var rank: Int { shape.count }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }

    /// Whether a tensor of this type could be: no size negative, and at most 64 TiB, which is larger than any memory.
    public var isPossible: Bool {
        guard shape.allSatisfy({ $0 <= Self.largestByteCount }) else { return false }
        return TensorShape.byteCount(shape, dtype: dtype).map { $0 <= Self.largestByteCount } ?? false
    }

    /// 64 TiB.
    private static let largestByteCount = 1 << 46

    /// A text for people.
    public var description: String { "\(dtype)\(shape)" }
}
