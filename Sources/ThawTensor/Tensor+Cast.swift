extension Tensor {
    /// The same values in another type.
    ///
    /// Floating types round to nearest. From a fraction to an integer type values are truncated towards zero,
    /// saturate at the type's bounds, and NaN becomes 0. From a wider to a narrower integer type the low bits
    /// are kept. To `bool` every value but 0 is true; from `bool` true is 1. The same type costs nothing.
    public func cast(to target: DType) -> Tensor {
        if target == dtype { return self }
        return switch dtype {
        case .float32: convert(from: Float.self, to: target)
        case .float64: convert(from: Double.self, to: target)
        case .int32: convert(from: Int32.self, to: target)
        case .int64: convert(from: Int64.self, to: target)
        case .uint8: convert(from: UInt8.self, to: target)
        case .bool: convert(from: Bool.self, to: target)
        case .float16: convert(from: StoredFloat16.self, to: target)
        case .bfloat16: convert(from: StoredBFloat16.self, to: target)
        }
    }

    private func convert<S: StoredElement>(from source: S.Type, to target: DType) -> Tensor {
        switch target {
        case .float32: convert(source, Float.self)
        case .float64: convert(source, Double.self)
        case .int32: convert(source, Int32.self)
        case .int64: convert(source, Int64.self)
        case .uint8: convert(source, UInt8.self)
        case .bool: convert(source, Bool.self)
        case .float16: convert(source, StoredFloat16.self)
        case .bfloat16: convert(source, StoredBFloat16.self)
        }
    }

    private func convert<S: StoredElement, T: StoredElement>(_ source: S.Type, _ target: T.Type) -> Tensor {
        read(as: source) { input in
            Tensor.build(shape, as: target) { output in
                if S.isInteger && T.isInteger {
                    for index in 0..<count { output[index] = T(fromInt64: input[index].asInt64) }
                } else {
                    for index in 0..<count { output[index] = T(fromDouble: input[index].asDouble) }
                }
            }
        }
    }
}
