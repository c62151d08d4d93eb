public import ThawTensor

/// A tensor of the reference engine: every element type is held as Double, a bool as 0 or 1.
public struct ReferenceValue: Sendable {
    /// The sizes of the axes.
    public var shape: [Int]
    /// The elements, row by row.
    public var values: [Double]

    /// Creates a value.
    public init(_ shape: [Int], _ values: [Double]) {
        precondition(values.count == shape.reduce(1, *), "\(values.count) values for \(shape)")
        self.shape = shape
        self.values = values
    }

    /// Creates a value of equal elements.
    init(_ shape: [Int], filledWith value: Double = 0) {
        self.init(shape, [Double](repeating: value, count: shape.reduce(1, *)))
    }

    /// Takes over a tensor without rounding.
    init(_ tensor: Tensor) {
        self.init(tensor.shape, tensor.doubles)
    }

    /// The tensor of the given element type.
    public func tensor(_ dtype: DType) -> Tensor {
        Tensor(shape: shape, scalars: values).cast(to: dtype)
    }

    /// The distance in `values` between neighbours along each axis.
    var strides: [Int] { Self.strides(of: shape) }

    static func strides(of shape: [Int]) -> [Int] {
        var strides = [Int](repeating: 1, count: shape.count)
        for axis in shape.indices.dropLast().reversed() {
            strides[axis] = strides[axis + 1] * shape[axis + 1]
        }
        return strides
    }

    /// Every index of a shape, in row order.
    static func indices(of shape: [Int]) -> [[Int]] {
        var result: [[Int]] = [[]]
        for size in shape { result = result.flatMap { prefix in (0..<size).map { prefix + [$0] } } }
        return result
    }

    /// The place of an index in `values`.
    func place(_ index: [Int]) -> Int { zip(index, strides).reduce(0) { $0 + $1.0 * $1.1 } }

    subscript(_ index: [Int]) -> Double {
        get { values[place(index)] }
        set { values[place(index)] = newValue }
    }

    /// Repeated to a larger shape by NumPy's rule.
    func broadcast(to target: [Int]) -> ReferenceValue {
        if target == shape { return self }
        let extra = target.count - shape.count
        let values = Self.indices(of: target).map { index in
            self[shape.indices.map { shape[$0] == 1 ? 0 : index[$0 + extra] }]
        }
        return ReferenceValue(target, values)
    }

    /// As a matrix whose rows run along the last axis.
    var rows: [[Double]] {
        guard let width = shape.last, width > 0 else { return [] }
        return stride(from: 0, to: values.count, by: width).map { Array(values[$0..<$0 + width]) }
    }
}
