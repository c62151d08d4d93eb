import Thaw

/// Multiplies each feature by a learned number.
///
/// ## Shapes
/// `[n, ..., c]` to the same. Parameter: `scale` `[c]`.
final class FeatureScale: Layer {
    override func build(inputShape: [Int]) throws {
        // One of one's own: somewhere near 1.
        let nearOne = Initializer(name: "near_one") { shape, stream in
            stream.uniformTensor(shape, in: 0.9..<1.1)
        }
        try addWeight(name: "scale", shape: [inputShape[inputShape.count - 1]], initializer: nearOne)
    }

    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input * context.read(parameters[0])
    }

    override func cloned() throws -> Layer { FeatureScale() }
}
