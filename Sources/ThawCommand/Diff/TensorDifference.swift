import Thaw

/// How far two tensors of one shape lie apart.
struct TensorDifference: Equatable {
    /// The number of elements that differ: in their bits, in their values if the types differ, and with a tolerance by more than
    /// that. NaN differs from any number and not from NaN.
    private(set) var differing = 0
    /// The largest difference; NaN where one tensor has NaN and the other has not.
    private(set) var largest = 0.0
    /// That, divided by the largest magnitude in the first tensor.
    private(set) var relative = 0.0
    /// Whether types and bits agree.
    let isBitwiseEqual: Bool

    /// - Parameters:
    ///   - first: a tensor.
    ///   - second: another of the same shape.
    ///   - tolerance: differences up to this do not count; nil counts each bit.
    init(_ first: Tensor, _ second: Tensor, tolerance: Double? = nil) {
        precondition(first.shape == second.shape, "TensorDifference: \(first.shape) and \(second.shape)")
        isBitwiseEqual = first.dtype == second.dtype && first.isBitwiseEqual(to: second)
        guard !isBitwiseEqual else { return }
        if !first.dtype.isFloatingPoint, !second.dtype.isFloatingPoint {
            compare(first.scalars(as: Int.self), second.scalars(as: Int.self), tolerance) { Double($0) }
        } else if first.dtype == second.dtype {
            compare(first.doubles, second.doubles, tolerance) { $0 }
        } else {
            // A zero of another sign is the same value.
            compare((first.doubles.map { $0 + 0 }), second.doubles.map { $0 + 0 }, tolerance) { $0 }
        }
    }

    private mutating func compare<Number: Hashable>(
        _ first: [Number], _ second: [Number], _ tolerance: Double?, _ convert: (Number) -> Double
    ) {
        var magnitude = 0.0
        for (left, right) in zip(first, second) {
            let (a, b) = (convert(left), convert(right))
            if a.isFinite { magnitude = max(magnitude, abs(a)) }
            if a.isNaN && b.isNaN { continue }
            let distance = a == b ? (left == right ? 0 : 1) : abs(a - b)
            let isSame = left == right && a.bitPattern == b.bitPattern
            if tolerance.map({ !(distance <= $0) }) ?? !isSame { differing += 1 }
            if distance.isNaN || largest.isNaN {
                largest = .nan
            } else {
                largest = max(largest, distance)
            }
        }
        relative = largest == 0 ? 0 : largest / magnitude
    }
}
