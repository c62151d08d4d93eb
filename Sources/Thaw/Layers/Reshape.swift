public import ThawGraph
import ThawTensor

/// Gives samples another shape; the elements keep their order.
///
/// ## Shapes
/// `[n] + sample` to `[n] + targetShape`. One size may be -1: whatever is left.
public final class Reshape: Layer {
    /// The shape of a sample afterwards, without the batch axis.
    public let targetShape: [Int]

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - targetShape: the shape of a sample afterwards; one size may be -1.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public init(_ targetShape: [Int], inputShape: [Int]? = nil, name: String? = nil) {
        self.targetShape = targetShape
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(targetShape)" }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.reshape(to: [input.shape[0]] + resolved(Array(input.shape.dropFirst())))
    }

    /// The target shape with -1 replaced. The batch is left out of it, so that a sample never spills
    /// into another.
    private func resolved(_ sample: [Int]) throws -> [Int] {
        let count = sample.reduce(1, *)
        let unknown = targetShape.filter { $0 == -1 }.count
        guard unknown <= 1, targetShape.allSatisfy({ $0 == -1 || $0 > 0 }),
            let known = TensorShape.elementCount(targetShape.filter { $0 != -1 }),
            unknown == 0 ? known == count : count % known == 0
        else {
            throw LayerError(
                "cannot give samples of shape \(sample) (\(count) elements) the shape \(targetShape); the "
                    + "number of elements must be the same, and at most one size may be -1.")
        }
        return targetShape.map { $0 == -1 ? count / known : $0 }
    }

    public override func cloned() throws -> Layer { Reshape(targetShape) }
}
