extension Tensor {
    /// The index of the greatest element along `axis` (negative: from the back), which disappears; `int64`.
    ///
    /// Of equal elements the first counts; a NaN counts as greatest. Traps when the axis is empty.
    public func argMax(axis: Int = -1) -> Tensor {
        argument(axis: axis, operation: "argMax", GreaterThan.self)
    }

    /// The index of the smallest element along `axis` (negative: from the back), which disappears; `int64`.
    ///
    /// Of equal elements the first counts; a NaN counts as smallest. Traps when the axis is empty.
    public func argMin(axis: Int = -1) -> Tensor {
        argument(axis: axis, operation: "argMin", LessThan.self)
    }

    private func argument<F: Preference>(axis: Int, operation: String, _ preference: F.Type) -> Tensor {
        let axis = TensorShape.normalized(axis: axis, rank: rank, operation: operation)
        let tensor = cast(to: dtype.computing)
        return switch tensor.dtype {
        case .float64: tensor.argument(axis, operation, Double.self, preference)
        case .int32: tensor.argument(axis, operation, Int32.self, preference)
        case .int64: tensor.argument(axis, operation, Int64.self, preference)
        case .uint8: tensor.argument(axis, operation, UInt8.self, preference)
        default: tensor.argument(axis, operation, Float.self, preference)
        }
    }

    private func argument<T: ArithmeticElement, F: Preference>(
        _ axis: Int, _ operation: String, _ type: T.Type, _ preference: F.Type
    ) -> Tensor {
        let extent = shape[axis]
        let inner = shape[(axis + 1)...].reduce(1, *)
        var resultShape = shape
        resultShape.remove(at: axis)
        return read(as: type) { input in
            Tensor.build(resultShape, as: Int64.self) { output in
                let results = resultShape.reduce(1, *)
                require(extent > 0 || results == 0, "\(operation): axis \(axis) of shape \(shape) is empty")
                for result in 0..<results {
                    let start = input + result / inner * extent * inner + result % inner
                    var best = 0
                    for index in 1..<Swift.max(extent, 1)
                    where F.prefers(start[index * inner], to: start[best * inner]) {
                        best = index
                    }
                    output[result] = Int64(best)
                }
            }
        }
    }
}

private protocol Preference {
    static func prefers<T: ArithmeticElement>(_ candidate: T, to best: T) -> Bool
}

private enum GreaterThan: Preference {
    @inline(__always) static func prefers<T: ArithmeticElement>(_ candidate: T, to best: T) -> Bool {
        candidate > best || (candidate != candidate && best == best)
    }
}

private enum LessThan: Preference {
    @inline(__always) static func prefers<T: ArithmeticElement>(_ candidate: T, to best: T) -> Bool {
        candidate < best || (candidate != candidate && best == best)
    }
}
