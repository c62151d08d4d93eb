/// The loops behind the reductions.
extension Tensor {
    /// For every output the sum of `term(element, output)` over its elements, in double precision.
    @inline(__always)
    func doubleSums<S: StoredElement>(
        _ plan: ReductionPlan, _ type: S.Type, _ term: (_ element: Double, _ output: Int) -> Double
    ) -> [Double] {
        var totals = [Double](repeating: 0, count: plan.outputCount)
        totals.withUnsafeMutableBufferPointer { totals in
            read(as: type) { input in
                plan.forEachRun { start, output, length in
                    let run = input + start
                    guard plan.isInnermostReduced else {
                        for index in 0..<length {
                            totals[output + index] += term(run[index].asDouble, output + index)
                        }
                        return
                    }
                    // Four sums, because one would wait for its own addition at every element.
                    var (first, second, third, fourth) = (0.0, 0.0, 0.0, 0.0)
                    var index = 0
                    while index + 4 <= length {
                        first += term(run[index].asDouble, output)
                        second += term(run[index + 1].asDouble, output)
                        third += term(run[index + 2].asDouble, output)
                        fourth += term(run[index + 3].asDouble, output)
                        index += 4
                    }
                    while index < length {
                        first += term(run[index].asDouble, output)
                        index += 1
                    }
                    totals[output] += (first + second) + (third + fourth)
                }
            }
        }
        return totals
    }

    /// For every output what `update` makes of `initial` and its elements, in row-major order.
    @inline(__always)
    func accumulate<S: StoredElement, A: StoredElement>(
        _ plan: ReductionPlan, _ type: S.Type, from initial: A,
        _ update: (_ total: inout A, _ element: S) -> Void
    ) -> Tensor {
        Tensor.build(plan.shape, as: A.self) { totals in
            totals.initialize(repeating: initial, count: plan.outputCount)
            read(as: type) { input in
                plan.forEachRun { start, output, length in
                    let run = input + start
                    if plan.isInnermostReduced {
                        var total = totals[output]
                        for index in 0..<length { update(&total, run[index]) }
                        totals[output] = total
                    } else {
                        for index in 0..<length { update(&totals[output + index], run[index]) }
                    }
                }
            }
        }
    }

    /// Sums in double precision, whatever the type.
    func doubleSums(_ plan: ReductionPlan) -> [Double] {
        switch dtype {
        case .float32: doubleSums(plan, Float.self) { element, _ in element }
        case .float64: doubleSums(plan, Double.self) { element, _ in element }
        case .int32: doubleSums(plan, Int32.self) { element, _ in element }
        case .int64: doubleSums(plan, Int64.self) { element, _ in element }
        case .uint8: doubleSums(plan, UInt8.self) { element, _ in element }
        case .bool: doubleSums(plan, Bool.self) { element, _ in element }
        case .float16, .bfloat16: cast(to: .float32).doubleSums(plan)
        }
    }

    /// Sums of squared distances from `centres`, one centre per output, in double precision.
    func squaredDistances(_ plan: ReductionPlan, from centres: [Double]) -> [Double] {
        centres.withUnsafeBufferPointer { centres in
            switch dtype {
            case .float32: squaredDistances(plan, Float.self, centres)
            case .float64: squaredDistances(plan, Double.self, centres)
            case .int32: squaredDistances(plan, Int32.self, centres)
            case .int64: squaredDistances(plan, Int64.self, centres)
            case .uint8: squaredDistances(plan, UInt8.self, centres)
            case .bool: squaredDistances(plan, Bool.self, centres)
            case .float16, .bfloat16:
                cast(to: .float32).squaredDistances(plan, Float.self, centres)
            }
        }
    }

    @inline(__always)
    private func squaredDistances<S: StoredElement>(
        _ plan: ReductionPlan, _ type: S.Type, _ centres: UnsafeBufferPointer<Double>
    ) -> [Double] {
        doubleSums(plan, type) { element, output in
            let distance = element - centres[output]
            return distance * distance
        }
    }
}
