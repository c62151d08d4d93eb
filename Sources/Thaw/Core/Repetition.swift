import ThawGraph

/// Monte-Carlo sampling in one trace: from the first layer that draws random numbers on, each sample of the batch has
/// several rows, one behind the other, which draw different numbers. What comes before is computed once.
struct Repetition {
    /// The number of samples in the batch.
    let batchSize: Int
    /// How many times each is computed.
    let count: Int
    /// Where layers draw random numbers, found by a trace before this one.
    let randomScopes: Set<String>

    /// Whether a value has a row for each repetition.
    func isRepeated(_ value: SymbolicTensor) -> Bool { value.shape.first == batchSize * count }

    /// The inputs of a layer: repeated if it draws random numbers or any of them is repeated. A container hands its
    /// inputs on to its layers, which see to it themselves.
    func inputs(_ inputs: [SymbolicTensor], for layer: Layer, scope: String) throws -> [SymbolicTensor] {
        if layer is Sequential || (layer as? Model)?.topology != nil { return inputs }
        let draws = randomScopes.contains { $0 == scope || scope.isEmpty || $0.hasPrefix(scope + "/") }
        guard draws || inputs.contains(where: isRepeated) else { return inputs }
        return try inputs.map(repeated)
    }

    /// A value with a row for each repetition.
    func repeated(_ value: SymbolicTensor) throws -> SymbolicTensor {
        // What does not have the samples on its first axis was folded by a layer that is repeated as a whole.
        guard value.shape.first == batchSize, count > 1 else { return value }
        let rest = Array(value.shape.dropFirst())
        return try value.reshape(to: [batchSize, 1] + rest).broadcast(to: [batchSize, count] + rest)
            .reshape(to: [batchSize * count] + rest)
    }

    /// The mean and the standard deviation over the repetitions of each sample.
    func moments(of value: SymbolicTensor) throws -> (mean: SymbolicTensor, deviation: SymbolicTensor) {
        // Nothing random came before it.
        guard isRepeated(value) else { return (value, try value * 0) }
        let all = try value.reshape(to: [batchSize, count] + value.shape.dropFirst())
        let mean = try all.mean(axes: [1], keepingDimensions: true)
        let deviation = try (all - mean).square().mean(axes: [1]).sqrt()
        return (try mean.reshape(to: [batchSize] + value.shape.dropFirst()), deviation)
    }
}
