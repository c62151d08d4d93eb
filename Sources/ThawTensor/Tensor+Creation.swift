extension Tensor {
    /// A tensor of `shape` with `scalars` in row-major order, of the scalars' type. Traps when the counts
    /// differ.
    @_disfavoredOverload
    public init<T: TensorElement>(shape: [Int], scalars: [T]) {
        self.init(uninitialized: shape, dtype: T.dtype, operation: "Tensor(shape:scalars:)")
        require(
            count == scalars.count,
            "Tensor(shape:scalars:): shape \(shape) needs \(count) scalars, got \(scalars.count)")
        scalars.withUnsafeBytes { bytes in
            if let source = bytes.baseAddress {
                storage.base.copyMemory(from: source, byteCount: bytes.count)
            }
        }
    }

    /// A `float32` tensor of `shape` with `scalars` in row-major order. Decimal literals choose this one.
    /// Traps when the counts differ.
    public init(shape: [Int], scalars: [Float]) {
        self.init(generic: shape, scalars)
    }

    /// An `int64` tensor of `shape` with `scalars` in row-major order. Integer literals choose this one.
    /// Traps when the counts differ.
    public init(shape: [Int], scalars: [Int]) {
        self.init(generic: shape, scalars)
    }

    private init<T: TensorElement>(generic shape: [Int], _ scalars: [T]) {
        self.init(shape: shape, scalars: scalars)
    }

    /// A tensor of rank 1 of the scalars' type.
    @_disfavoredOverload
    public init<T: TensorElement>(_ scalars: [T]) {
        self.init(generic: [scalars.count], scalars)
    }

    /// A `float32` tensor of rank 1. Decimal literals choose this one: `Tensor([0.5, 1])`.
    public init(_ scalars: [Float]) {
        self.init(generic: [scalars.count], scalars)
    }

    /// An `int64` tensor of rank 1. Integer literals choose this one: `Tensor([1, 2, 3])`.
    public init(_ scalars: [Int]) {
        self.init(generic: [scalars.count], scalars)
    }

    /// A tensor of rank 2 of the scalars' type. Traps when the rows differ in length.
    @_disfavoredOverload
    public init<T: TensorElement>(_ rows: [[T]]) {
        let width = rows.first?.count ?? 0
        for (index, row) in rows.enumerated() {
            require(
                row.count == width, "Tensor: row \(index) has \(row.count) scalars, the first has \(width)")
        }
        self.init(generic: [rows.count, width], Array(rows.joined()))
    }

    /// A `float32` tensor of rank 2: `Tensor([[0.5, 1], [2, 3]])`. Traps when the rows differ in length.
    public init(_ rows: [[Float]]) {
        self.init(nested: rows)
    }

    /// An `int64` tensor of rank 2: `Tensor([[1, 2], [3, 4]])`. Traps when the rows differ in length.
    public init(_ rows: [[Int]]) {
        self.init(nested: rows)
    }

    private init<T: TensorElement>(nested rows: [[T]]) {
        self.init(rows)
    }

    /// A tensor of rank 3 of the scalars' type. Traps when the parts differ in shape.
    @_disfavoredOverload
    public init<T: TensorElement>(_ planes: [[[T]]]) {
        let height = planes.first?.count ?? 0
        let width = planes.first?.first?.count ?? 0
        for (index, plane) in planes.enumerated() {
            require(
                plane.count == height && plane.allSatisfy { $0.count == width },
                "Tensor: plane \(index) does not have the shape \([height, width]) of the first")
        }
        self.init(generic: [planes.count, height, width], Array(planes.joined().joined()))
    }

    /// A `float32` tensor of rank 3. Traps when the parts differ in shape.
    public init(_ planes: [[[Float]]]) {
        self.init(nested: planes)
    }

    /// An `int64` tensor of rank 3. Traps when the parts differ in shape.
    public init(_ planes: [[[Int]]]) {
        self.init(nested: planes)
    }

    private init<T: TensorElement>(nested planes: [[[T]]]) {
        self.init(planes)
    }

    /// A tensor of shape `[]` of the scalar's type.
    @_disfavoredOverload
    public init<T: TensorElement>(scalar: T) {
        self.init(generic: [], [scalar])
    }

    /// A `float32` tensor of shape `[]`. A decimal literal chooses this one.
    public init(scalar: Float) {
        self.init(generic: [], [scalar])
    }

    /// An `int64` tensor of shape `[]`. An integer literal chooses this one.
    public init(scalar: Int) {
        self.init(generic: [], [scalar])
    }

    /// A tensor of zeros.
    public static func zeros(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: dtype, operation: "zeros")
        result.storage.fillWithZeros()
        return result
    }

    /// A tensor of ones.
    public static func ones(_ shape: [Int], dtype: DType = .float32) -> Tensor {
        full(shape, 1, dtype: dtype)
    }

    /// A tensor whose every element is `value`, converted as by ``cast(to:)``.
    public static func full(_ shape: [Int], _ value: Double, dtype: DType = .float32) -> Tensor {
        Tensor(shape: [], scalars: [value] as [Double]).cast(to: dtype).broadcast(to: shape)
    }

    /// The whole numbers `0 ..< count`.
    public static func arange(_ count: Int, dtype: DType = .int64) -> Tensor {
        arange(from: 0, to: Double(count), dtype: dtype)
    }

    /// The numbers `start`, `start + step`, ... up to but without `end`.
    ///
    /// - Parameters:
    ///   - start: the first number.
    ///   - end: where it ends; not part of the result.
    ///   - step: not 0; may be negative when `end` is below `start`.
    ///   - dtype: the element type of the result.
    public static func arange(
        from start: Double, to end: Double, by step: Double = 1, dtype: DType = .float32
    ) -> Tensor {
        require(
            step != 0 && start.isFinite && end.isFinite && step.isFinite,
            "arange: from \(start) to \(end) by \(step) is not a finite progression")
        let count = Swift.max(0, ((end - start) / step).rounded(.up))
        require(count < 0x1p53, "arange: from \(start) to \(end) by \(step) has too many elements")
        return build([Int(count)], as: Double.self) { output in
            for index in 0..<Int(count) { output[index] = start + Double(index) * step }
        }.cast(to: dtype)
    }

    /// A square matrix with ones on its diagonal.
    public static func identity(_ size: Int, dtype: DType = .float32) -> Tensor {
        require(size >= 0, "identity: the size \(size) is negative")
        return (arange(size).reshaped(to: [size, 1]) .== arange(size)).cast(to: dtype)
    }
}
