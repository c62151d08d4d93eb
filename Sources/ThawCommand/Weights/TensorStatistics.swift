import Thaw

/// What the numbers of a tensor are like. NaN and infinities are counted, and left out of everything else.
struct TensorStatistics: Codable, Equatable {
    private(set) var nan = 0
    private(set) var infinite = 0
    /// Absent where no number is finite.
    private(set) var minimum: Double?
    private(set) var maximum: Double?
    private(set) var mean: Double?

    init(_ tensor: Tensor) {
        switch tensor.dtype {
        case .float32: measure(tensor, as: Float.self) { Double($0) }
        case .float64: measure(tensor, as: Double.self) { $0 }
        case .float16, .bfloat16: measure(tensor.cast(to: .float32), as: Float.self) { Double($0) }
        case .int32: measure(tensor, as: Int32.self) { Double($0) }
        case .int64: measure(tensor, as: Int64.self) { Double($0) }
        case .uint8: measure(tensor, as: UInt8.self) { Double($0) }
        case .bool: measure(tensor, as: Bool.self) { $0 ? 1 : 0 }
        }
    }

    private mutating func measure<Number: TensorElement>(
        _ tensor: Tensor, as type: Number.Type, _ convert: (Number) -> Double
    ) {
        var (low, high, sum, rest) = (Double.infinity, -Double.infinity, 0.0, 0.0)
        var count = 0
        tensor.withUnsafeBufferPointer(as: type) { numbers in
            for number in numbers {
                let value = convert(number)
                guard value.isFinite else {
                    if value.isNaN { nan += 1 } else { infinite += 1 }
                    continue
                }
                count += 1
                low = min(low, value)
                high = max(high, value)
                // What rounding took from the sum is kept (Kahan 1965).
                let next = value - rest
                let total = sum + next
                rest = (total - sum) - next
                sum = total
            }
        }
        guard count > 0 else { return }
        (minimum, maximum, mean) = (low, high, sum / Double(count))
    }
}
