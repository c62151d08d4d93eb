// Reductions run over `axes` (negative: from the back), or over all without them. The reduced axes disappear,
// or stay with extent 1 when `keepingDimensions` is set. Fractions are accumulated in double precision,
// whatever the tensor's type.
extension Tensor {
    /// The sum over `axes`. Floating types keep their type (16-bit ones give `float32`), integers and `bool`
    /// give `int64`. The sum of nothing is 0.
    public func sum(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "sum")
        return switch dtype {
        case .int32: accumulate(plan, Int32.self, from: Int64(0)) { $0 &+= $1.asInt64 }
        case .int64: accumulate(plan, Int64.self, from: Int64(0)) { $0 &+= $1 }
        case .uint8: accumulate(plan, UInt8.self, from: Int64(0)) { $0 &+= $1.asInt64 }
        case .bool: accumulate(plan, Bool.self, from: Int64(0)) { $0 &+= $1.asInt64 }
        default: fractions(plan, doubleSums(plan))
        }
    }

    /// The product over `axes`. Floating types keep their type (16-bit ones give `float32`), integers and
    /// `bool` give `int64` and wrap around. The product of nothing is 1.
    public func product(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(
            shape, axes: axes, keepingDimensions: keepingDimensions, operation: "product")
        if dtype.isFloatingPoint {
            return cast(to: .float64).accumulate(plan, Double.self, from: 1.0) { $0 *= $1 }
                .cast(to: dtype.computingFraction)
        }
        return cast(to: .int64).accumulate(plan, Int64.self, from: Int64(1)) { $0 &*= $1 }
    }

    /// The arithmetic mean over `axes`: `float64` for `float64`, else `float32`. The mean of nothing is NaN.
    public func mean(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "mean")
        return fractions(plan, means(plan))
    }

    /// The mean squared distance from the mean over `axes` (division by the count, not by one less), in two
    /// passes: `float64` for `float64`, else `float32`. The variance of nothing is NaN.
    public func variance(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(
            shape, axes: axes, keepingDimensions: keepingDimensions, operation: "variance")
        return fractions(plan, variances(plan))
    }

    /// The square root of ``variance(axes:keepingDimensions:)``, taken in double precision.
    public func standardDeviation(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(
            shape, axes: axes, keepingDimensions: keepingDimensions, operation: "standardDeviation")
        return fractions(plan, variances(plan).map { $0.squareRoot() })
    }

    /// The greatest element over `axes`, in the tensor's type (16-bit floats give `float32`); NaN if one is
    /// NaN. Traps when there is none.
    public func max(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "max")
        require(
            plan.groupCount > 0 || plan.outputCount == 0,
            "max: there are no elements along the axes of shape \(shape)")
        return switch dtype {
        case .float32: greatest(plan, Float.self)
        case .float64: greatest(plan, Double.self)
        case .int32: greatest(plan, Int32.self)
        case .int64: greatest(plan, Int64.self)
        case .uint8: greatest(plan, UInt8.self)
        case .bool: cast(to: .uint8).greatest(plan, UInt8.self).cast(to: .bool)
        case .float16, .bfloat16: cast(to: .float32).greatest(plan, Float.self)
        }
    }

    /// The smallest element over `axes`, in the tensor's type (16-bit floats give `float32`); NaN if one is
    /// NaN. Traps when there is none.
    public func min(axes: [Int]? = nil, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "min")
        require(
            plan.groupCount > 0 || plan.outputCount == 0,
            "min: there are no elements along the axes of shape \(shape)")
        return switch dtype {
        case .float32: smallest(plan, Float.self)
        case .float64: smallest(plan, Double.self)
        case .int32: smallest(plan, Int32.self)
        case .int64: smallest(plan, Int64.self)
        case .uint8: smallest(plan, UInt8.self)
        case .bool: cast(to: .uint8).smallest(plan, UInt8.self).cast(to: .bool)
        case .float16, .bfloat16: cast(to: .float32).smallest(plan, Float.self)
        }
    }

    /// Whether every element differs from 0.
    public func all() -> Bool { all(axes: nil).item(as: Bool.self) }

    /// Whether some element differs from 0.
    public func any() -> Bool { any(axes: nil).item(as: Bool.self) }

    /// Whether every element over `axes` differs from 0, as a `bool` tensor; true for none.
    public func all(axes: [Int]?, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "all")
        return cast(to: .bool).accumulate(plan, Bool.self, from: true) { $0 = $0 && $1 }
    }

    /// Whether some element over `axes` differs from 0, as a `bool` tensor; false for none.
    public func any(axes: [Int]?, keepingDimensions: Bool = false) -> Tensor {
        let plan = ReductionPlan(shape, axes: axes, keepingDimensions: keepingDimensions, operation: "any")
        return cast(to: .bool).accumulate(plan, Bool.self, from: false) { $0 = $0 || $1 }
    }

    private func fractions(_ plan: ReductionPlan, _ values: [Double]) -> Tensor {
        Tensor(shape: plan.shape, scalars: values).cast(to: dtype.computingFraction)
    }

    private func means(_ plan: ReductionPlan) -> [Double] {
        doubleSums(plan).map { $0 / Double(plan.groupCount) }
    }

    private func variances(_ plan: ReductionPlan) -> [Double] {
        squaredDistances(plan, from: means(plan)).map { $0 / Double(plan.groupCount) }
    }

    private func greatest<T: ArithmeticElement>(_ plan: ReductionPlan, _ type: T.Type) -> Tensor {
        // `element != element` is how a NaN gets in; nothing is greater than it, so it stays.
        accumulate(plan, type, from: T.lowest) { total, element in
            if element > total || element != element { total = element }
        }
    }

    private func smallest<T: ArithmeticElement>(_ plan: ReductionPlan, _ type: T.Type) -> Tensor {
        accumulate(plan, type, from: T.highest) { total, element in
            if element < total || element != element { total = element }
        }
    }
}
