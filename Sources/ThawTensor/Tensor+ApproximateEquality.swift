extension Tensor {
    /// Whether the shapes are equal and every element is near that of `other`:
    /// `|a - b| <= absoluteTolerance + relativeTolerance * |b|`, computed in double precision.
    ///
    /// Equal infinities are near; NaN is near nothing. Types may differ.
    public func isApproximatelyEqual(
        to other: Tensor, relativeTolerance: Double = 1e-5, absoluteTolerance: Double = 1e-8
    ) -> Bool {
        guard shape == other.shape else { return false }
        return cast(to: .float64).read(as: Double.self) { left in
            other.cast(to: .float64).read(as: Double.self) { right in
                for index in 0..<count where left[index] != right[index] {
                    let distance = (left[index] - right[index]).magnitude
                    let bound = absoluteTolerance + relativeTolerance * right[index].magnitude
                    // An infinite bound would accept everything.
                    if !(distance <= bound && distance.isFinite) { return false }
                }
                return true
            }
        }
    }

    /// Whether an element is NaN or infinite.
    public var containsNonFinite: Bool {
        switch dtype {
        case .float32: containsNonFinite(Float.self)
        case .float64: containsNonFinite(Double.self)
        case .float16, .bfloat16: cast(to: .float32).containsNonFinite
        case .int32, .int64, .uint8, .bool: false
        }
    }

    private func containsNonFinite<T: FloatingElement>(_ type: T.Type) -> Bool {
        read(as: type) { input in
            for index in 0..<count where !input[index].isFinite { return true }
            return false
        }
    }
}
