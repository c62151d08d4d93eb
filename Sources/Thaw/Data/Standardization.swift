public import ThawTensor

/// Shifts and scales each element of a sample so that it has mean 0 and deviation 1 over a training set: `(x
/// - mean) / deviation`.
///
/// ```swift
/// let standardization = Standardization(fitting: train)
/// let (a, b) = (train.standardized(by: standardization), test.standardized(by: standardization))
/// ```
///
/// The deviation is that of the whole set (divided by n). An element that is the same in every sample is only
/// shifted.
public struct Standardization: Sendable, Equatable {
    /// The mean of each element, `float32` of the shape of one sample.
    public let mean: Tensor
    /// The standard deviation of each element, `float32` of the shape of one sample; 1 where an element never
    /// varies.
    public let deviation: Tensor

    /// Statistics known beforehand. Traps when the shapes differ.
    public init(mean: Tensor, deviation: Tensor) {
        precondition(
            mean.shape == deviation.shape,
            "Standardization: the mean's shape \(mean.shape) is not the deviation's \(deviation.shape)")
        self.mean = mean.cast(to: .float32)
        self.deviation = deviation.cast(to: .float32)
    }

    /// The statistics of `x`, `[n, ...]` with n of at least 1, summed in double precision.
    public init(fitting x: Tensor) {
        precondition(
            x.rank > 0 && x.shape[0] > 0,
            "Standardization: there is no sample in a tensor of shape \(x.shape)")
        let rows = x.shape[0]
        let width = x.count / rows
        var mean = [Double](repeating: 0, count: width)
        var squares = mean
        x.cast(to: .float32).withUnsafeBufferPointer(as: Float.self) { values in
            Self.accumulate(values, rows: rows, into: &mean) { value, _ in value }
            Self.accumulate(values, rows: rows, into: &squares, around: mean) { value, mean in
                (value - mean) * (value - mean)
            }
        }
        let shape = Array(x.shape.dropFirst())
        self.mean = Tensor(shape: shape, scalars: mean.map { Float($0) })
        deviation = Tensor(
            shape: shape,
            scalars: squares.map { $0 > 0 ? max(Float($0.squareRoot()), .leastNormalMagnitude) : 1 })
    }

    /// The statistics of the first input of a data set, before any map.
    public init(fitting dataset: Dataset) {
        self.init(fitting: dataset.inputs[0])
    }

    /// `(x - mean) / deviation` as `float32`, for samples `[n, ...]` or for one. Traps when `x` does not have
    /// the mean's shape in its last axes.
    public func apply(_ x: Tensor) -> Tensor {
        guard x.rank == mean.rank + 1, Array(x.shape.dropFirst()) == mean.shape, mean.count > 0 else {
            return (x - mean) / deviation
        }
        let width = mean.count
        return Tensor(shape: x.shape, dtype: .float32) { buffer in
            let output = buffer.bindMemory(to: Float.self)
            x.cast(to: .float32).withUnsafeBufferPointer(as: Float.self) { values in
                mean.withUnsafeBufferPointer(as: Float.self) { mean in
                    deviation.withUnsafeBufferPointer(as: Float.self) { deviation in
                        for start in stride(from: 0, to: values.count, by: width) {
                            for index in 0..<width {
                                output[start + index] =
                                    (values[start + index] - mean[index]) / deviation[index]
                            }
                        }
                    }
                }
            }
        }
    }

    /// Sets `result` to the mean over rows of what `term` makes of an element and its centre.
    @inline(__always)
    private static func accumulate(
        _ values: UnsafeBufferPointer<Float>, rows: Int, into result: inout [Double],
        around centre: [Double]? = nil,
        term: (_ value: Double, _ centre: Double) -> Double
    ) {
        let centre = centre ?? result
        let width = result.count
        result.withUnsafeMutableBufferPointer { result in
            centre.withUnsafeBufferPointer { centre in
                for row in 0..<rows {
                    for index in 0..<width {
                        result[index] += term(Double(values[row * width + index]), centre[index])
                    }
                }
                for index in 0..<width { result[index] /= Double(rows) }
            }
        }
    }
}

extension Dataset {
    /// The samples with their first input standardised. On a mapped data set this is one more map.
    public func standardized(by standardization: Standardization) -> Dataset {
        guard isMapped else {
            var inputs = inputs
            inputs[0] = standardization.apply(inputs[0])
            return replacing(inputs: inputs, weights: sampleWeights)
        }
        return mapSamples { sample in
            var sample = sample
            sample.inputs[0] = standardization.apply(sample.inputs[0])
            return sample
        }
    }
}
