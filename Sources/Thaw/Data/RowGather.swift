import ThawTensor

/// Copies rows of a tensor, converting their elements, into memory that someone else owns.
enum RowGather {
    /// Rows `row(0)`, `row(1)` ... `row(count - 1)` of `tensor`, as elements of `dtype`, into `buffer`, which
    /// they must fill exactly.
    @inline(__always)
    static func gather(
        _ tensor: Tensor, count: Int, into buffer: UnsafeMutableRawBufferPointer, as dtype: DType,
        row: (Int) -> Int
    ) {
        let total = tensor.shape[0]
        let width = total == 0 ? 0 : tensor.count / total
        precondition(
            buffer.count == count * width * dtype.byteCount,
            "gather: \(count) rows of \(width) \(dtype) elements do not fill \(buffer.count) bytes"
        )
        guard let target = buffer.baseAddress else { return }
        tensor.withUnsafeBytes { bytes in
            guard let source = bytes.baseAddress else { return }
            let from = width * tensor.dtype.byteCount
            let to = width * dtype.byteCount
            for position in 0..<count {
                let index = row(position)
                precondition(index >= 0 && index < total, "gather: there is no row \(index) among \(total)")
                convert(
                    source + index * from, tensor.dtype, to: target + position * to, dtype, count: width)
            }
        }
    }

    /// Converts `count` elements.
    static func convert(
        _ source: UnsafeRawPointer, _ sourceType: DType, to target: UnsafeMutableRawPointer,
        _ targetType: DType, count: Int
    ) {
        switch (sourceType, targetType) {
        case (let from, let to) where from == to:
            target.copyMemory(from: source, byteCount: count * from.byteCount)
        case (.bool, .uint8):
            target.copyMemory(from: source, byteCount: count)
        case (.uint8, .float32): loop(source, target, count) { (value: UInt8) in Float(value) }
        case (.bool, .float32): loop(source, target, count) { (value: UInt8) in Float(value) }
        case (.int32, .float32): loop(source, target, count) { (value: Int32) in Float(value) }
        case (.int64, .float32): loop(source, target, count) { (value: Int64) in Float(value) }
        case (.float64, .float32): loop(source, target, count) { (value: Double) in Float(value) }
        case (.uint8, .int32): loop(source, target, count) { (value: UInt8) in Int32(value) }
        case (.bool, .int32): loop(source, target, count) { (value: UInt8) in Int32(value) }
        case (.int64, .int32): loop(source, target, count) { (value: Int64) in Int32(clamping: value) }
        case (.float32, .int32): loop(source, target, count) { (value: Float) in whole(Double(value)) }
        case (.float64, .int32): loop(source, target, count) { (value: Double) in whole(value) }
        default: rare(source, sourceType, to: target, targetType, count: count)
        }
    }

    @inline(__always)
    private static func loop<S: BitwiseCopyable, T: BitwiseCopyable>(
        _ source: UnsafeRawPointer, _ target: UnsafeMutableRawPointer, _ count: Int, _ value: (S) -> T
    ) {
        let source = source.assumingMemoryBound(to: S.self)
        let target = target.assumingMemoryBound(to: T.self)
        for index in 0..<count { target[index] = value(source[index]) }
    }

    /// `value` without its fraction, in the range of `Int32`.
    private static func whole(_ value: Double) -> Int32 {
        if value.isNaN { return .min }
        return Int32(min(max(value.rounded(.towardZero), Double(Int32.min)), Double(Int32.max)))
    }

    /// Pairs that no layer asks for in a hot loop go through a tensor.
    private static func rare(
        _ source: UnsafeRawPointer, _ sourceType: DType, to target: UnsafeMutableRawPointer,
        _ targetType: DType, count: Int
    ) {
        let tensor = Tensor(shape: [count], dtype: sourceType) { buffer in
            buffer.copyMemory(
                from: UnsafeRawBufferPointer(start: source, count: count * sourceType.byteCount))
        }
        tensor.cast(to: targetType).withUnsafeBytes { bytes in
            UnsafeMutableRawBufferPointer(start: target, count: bytes.count).copyMemory(from: bytes)
        }
    }
}
