public import ThawTensor

/// One sample: its inputs and targets, without the axis that counts samples.
public struct Sample: Sendable, Equatable {
    /// The inputs, each of the shape that one sample has.
    public var inputs: [Tensor]
    /// The targets, each of the shape that one sample has; `[]` for a label.
    public var targets: [Tensor]

    /// A sample of these tensors.
    public init(inputs: [Tensor], targets: [Tensor] = []) {
        self.inputs = inputs
        self.targets = targets
    }

    /// The shapes and types, for messages.
    var summary: String {
        let parts = (inputs + targets).map { "\($0.dtype) \($0.shape)" }
        return parts.joined(separator: ", ")
    }

    /// Whether shapes and types are the same, so that both fit one batch.
    func matches(_ other: Sample) -> Bool {
        func match(_ left: [Tensor], _ right: [Tensor]) -> Bool {
            left.count == right.count
                && zip(left, right).allSatisfy { $0.shape == $1.shape && $0.dtype == $1.dtype }
        }
        return match(inputs, other.inputs) && match(targets, other.targets)
    }

    /// A number that differs, in all likelihood, when any bit of the tensors does.
    var digest: UInt64 {
        var hash = StableHash.fnv1a(summary)
        for tensor in inputs + targets {
            tensor.withUnsafeBytes { bytes in
                let words = bytes.count / 8
                for word in 0..<words {
                    let value = bytes.loadUnaligned(fromByteOffset: 8 * word, as: UInt64.self)
                    hash = StableHash.combine(hash, value)
                }
                for byte in bytes[(8 * words)...] { hash = StableHash.combine(hash, UInt64(byte)) }
            }
        }
        return hash
    }
}

extension DatasetColumns {
    /// The sample in a row of the tensors. Copies.
    func sample(row: Int) -> Sample {
        Sample(inputs: inputs.map { $0[row] }, targets: targets.map { $0[row] })
    }
}

/// The shapes and types of a data set's samples, without the axis that counts samples.
struct SampleSignature: Sendable, Equatable {
    struct Column: Sendable, Equatable {
        let shape: [Int]
        let dtype: DType
    }

    let inputs: [Column]
    let targets: [Column]

    init(_ sample: Sample) {
        inputs = sample.inputs.map { Column(shape: $0.shape, dtype: $0.dtype) }
        targets = sample.targets.map { Column(shape: $0.shape, dtype: $0.dtype) }
    }

    init(_ columns: DatasetColumns) {
        inputs = columns.inputs.map { Column(shape: Array($0.shape.dropFirst()), dtype: $0.dtype) }
        targets = columns.targets.map { Column(shape: Array($0.shape.dropFirst()), dtype: $0.dtype) }
    }
}
