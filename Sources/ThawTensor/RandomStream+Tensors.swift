extension RandomStream {
    /// A `float32` tensor of numbers uniform in `range`, the upper end excluded unless rounding reaches it.
    public mutating func uniformTensor(_ shape: [Int], in range: Range<Float> = 0..<1) -> Tensor {
        let width = range.upperBound - range.lowerBound
        return tensor(shape, operation: "uniformTensor") { $0.uniform() * width + range.lowerBound }
    }

    /// A `float32` tensor of numbers from a normal distribution.
    ///
    /// - Parameters:
    ///   - shape: the shape of the result.
    ///   - mean: the mean of the distribution.
    ///   - standardDeviation: not negative.
    public mutating func normalTensor(
        _ shape: [Int], mean: Float = 0, standardDeviation: Float = 1
    ) -> Tensor {
        require(
            standardDeviation >= 0, "normalTensor: the standard deviation \(standardDeviation) is negative")
        return tensor(shape, operation: "normalTensor") { $0.normal() * standardDeviation + mean }
    }

    /// A `float32` tensor of numbers from a normal distribution, where those beyond two standard deviations
    /// were drawn again.
    ///
    /// What is left has a standard deviation of 0.8796 times the given one.
    ///
    /// - Parameters:
    ///   - shape: the shape of the result.
    ///   - mean: the mean of the distribution.
    ///   - standardDeviation: not negative.
    public mutating func truncatedNormalTensor(
        _ shape: [Int], mean: Float = 0, standardDeviation: Float = 1
    ) -> Tensor {
        require(
            standardDeviation >= 0,
            "truncatedNormalTensor: the standard deviation \(standardDeviation) is negative")
        return tensor(shape, operation: "truncatedNormalTensor") { stream in
            while true {
                let sample = stream.normal()
                if sample.magnitude <= 2 { return sample * standardDeviation + mean }
            }
        }
    }

    /// A tensor of ones with the given probability, else zeros.
    ///
    /// - Parameters:
    ///   - shape: the shape of the result.
    ///   - probability: of a one, in 0...1.
    ///   - dtype: the element type of the result.
    public mutating func bernoulliTensor(
        _ shape: [Int], probability: Float, dtype: DType = .float32
    ) -> Tensor {
        require(
            probability >= 0 && probability <= 1,
            "bernoulliTensor: the probability \(probability) is not in 0...1")
        return tensor(shape, operation: "bernoulliTensor") { $0.uniform() < probability ? 1 : 0 }.cast(
            to: dtype)
    }

    @inline(__always)
    private mutating func tensor(
        _ shape: [Int], operation: String, _ sample: (inout RandomStream) -> Float
    ) -> Tensor {
        let result = Tensor(uninitialized: shape, dtype: .float32, operation: operation)
        let output = result.storage.base.bindMemory(to: Float.self, capacity: result.count)
        for index in 0..<result.count { output[index] = sample(&self) }
        withExtendedLifetime(result.storage) {}
        return result
    }
}
