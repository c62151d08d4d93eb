/// Arithmetic on shapes. A shape is a plain `[Int]`, outermost axis first; `[]` is the shape of a scalar.
public enum TensorShape {
    /// The number of elements of a tensor of `shape`; `nil` when an extent is negative or the product
    /// overflows.
    public static func elementCount(_ shape: [Int]) -> Int? {
        // A zero anywhere makes the product zero, whatever the other extents would overflow to.
        if shape.contains(where: { $0 < 0 }) { return nil }
        if shape.contains(0) { return 0 }
        var count = 1
        for extent in shape {
            let (product, overflow) = count.multipliedReportingOverflow(by: extent)
            if overflow { return nil }
            count = product
        }
        return count
    }

    /// The number of bytes of a tensor of `shape` and `dtype`; `nil` when an extent is negative or the
    /// product overflows.
    public static func byteCount(_ shape: [Int], dtype: DType) -> Int? {
        guard let count = elementCount(shape) else { return nil }
        let (product, overflow) = count.multipliedReportingOverflow(by: dtype.byteCount)
        return overflow ? nil : product
    }

    /// The row-major strides of `shape`, in elements: the last axis has stride 1.
    public static func strides(_ shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] &* shape[axis + 1]
        }
        return strides
    }

    /// The shape to which two shapes broadcast under NumPy's rule; `nil` when they do not.
    ///
    /// Shapes are aligned at the last axis; extents must be equal, or one of them 1 or absent.
    public static func broadcast(_ left: [Int], _ right: [Int]) -> [Int]? {
        let rank = max(left.count, right.count)
        var result = [Int](repeating: 1, count: rank)
        for offset in 1...max(rank, 1) where offset <= rank {
            let first = offset <= left.count ? left[left.count - offset] : 1
            let second = offset <= right.count ? right[right.count - offset] : 1
            guard first == second || first == 1 || second == 1 else { return nil }
            result[rank - offset] = first == 1 ? second : first
        }
        return result
    }

    /// `axis` as an index from the front, counting a negative one from the back; traps when there is no such
    /// axis.
    static func normalized(axis: Int, rank: Int, operation: String) -> Int {
        let normal = axis < 0 ? axis + rank : axis
        require(
            normal >= 0 && normal < rank,
            "\(operation): axis \(axis) does not exist in a tensor of rank \(rank)")
        return normal
    }

    /// The element count of `shape`; traps when there is none.
    static func requiredCount(_ shape: [Int], dtype: DType, operation: String) -> Int {
        guard let count = elementCount(shape), byteCount(shape, dtype: dtype) != nil else {
            stop(
                "\(operation): \(shape) is not a shape: an extent is negative, or its size in bytes overflows"
            )
        }
        return count
    }
}
