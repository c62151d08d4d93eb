public import ThawGraph
import ThawTensor

/// `x * scale + offset`, with numbers that are not learned: brings pixels into the range that a network wants.
///
/// ## Shapes
/// Any, to the same. With one scale or offset for each channel the last axis has that size.
public final class Rescaling: Layer {
    /// What values are multiplied by: one number, or one for each channel.
    public let scale: [Double]
    /// What is added then: one number, or one for each channel.
    public let offset: [Double]

    /// Creates the layer with one scale and one offset: `Rescaling(1 / 127.5, offset: -1)` brings 0...255 to -1...1.
    ///
    /// - Parameters:
    ///   - scale: what values are multiplied by; finite.
    ///   - offset: what is added then; finite.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        _ scale: Double, offset: Double = 0, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.init(scales: [scale], offsets: [offset], inputShape: inputShape, name: name)
    }

    /// Creates the layer with numbers for each channel.
    ///
    /// - Parameters:
    ///   - scales: what each channel is multiplied by, or one number for all; finite.
    ///   - offsets: what is added to each channel then, or one number for all; finite.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(scales: [Double], offsets: [Double] = [0], inputShape: [Int]? = nil, name: String? = nil) {
        scale = scales
        offset = offsets
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String {
        scale.count == 1 ? "\(scale[0])" : "\(scale.count) scales"
    }

    public override func build(inputShape: [Int]) throws {
        let channels = inputShape.last ?? 1
        for (name, numbers) in [("scale", scale), ("offset", offset)] {
            guard numbers.count == 1 || numbers.count == channels, numbers.allSatisfy(\.isFinite) else {
                throw LayerError(
                    "needs one finite \(name), or one for each of the \(channels) channels, got \(numbers).")
            }
        }
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try Self.combine(Self.combine(input, scale, *, *), offset, +, +)
    }

    private static func combine(
        _ input: SymbolicTensor, _ numbers: [Double],
        _ withOne: (SymbolicTensor, Double) throws -> SymbolicTensor,
        _ withEach: (SymbolicTensor, SymbolicTensor) throws -> SymbolicTensor
    ) throws -> SymbolicTensor {
        if numbers.count == 1 { return try withOne(input, numbers[0]) }
        return try withEach(input, input.graph.constant(Tensor(numbers.map(Float.init))))
    }

    public override func cloned() throws -> Layer { Rescaling(scales: scale, offsets: offset) }
}
