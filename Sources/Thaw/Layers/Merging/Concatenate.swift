public import ThawGraph

/// Its inputs, one behind the other along an axis.
///
/// ## Shapes
/// Two or more inputs `[n, ...]` that agree on every axis but the one of concatenation.
public final class Concatenate: Layer {
    /// The axis: 1 is the first behind the batch; counted from the end if negative. The batch axis, 0, is not
    /// allowed.
    public let axis: Int

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - axis: the axis along which inputs are put together; by default the last.
    ///   - name: the layer's name.
    public init(axis: Int = -1, name: String? = nil) {
        self.axis = axis
        super.init(name: name)
    }

    public override var configurationDescription: String { "axis \(axis)" }

    public override func build(inputShapes: [[Int]]) throws { try check(inputShapes) }

    public override func call(
        _ inputs: [SymbolicTensor], context: CallContext
    ) throws -> [SymbolicTensor] {
        try check(inputs.map(\.shape))
        return [try SymbolicTensor.concatenate(inputs, axis: axis)]
    }

    public override func cloned() throws -> Layer { Concatenate(axis: axis) }

    private func check(_ shapes: [[Int]]) throws {
        guard shapes.count >= 2 else {
            throw LayerError("takes at least 2 inputs, got \(shapes.count); call it with a list of values.")
        }
        let rank = shapes[0].count
        let place = axis < 0 ? rank + axis : axis
        guard (1..<max(rank, 2)).contains(place) else {
            throw LayerError(
                "cannot concatenate along axis \(axis) of inputs of \(rank) axes; it must be from 1 to \(rank - 1), "
                    + "or negative, and not the batch.")
        }
        for shape in shapes.dropFirst() {
            let agrees =
                shape.count == rank && (1..<rank).allSatisfy { $0 == place || shape[$0] == shapes[0][$0] }
            guard agrees else {
                let texts = shapes.map {
                    "[\((["n"] + $0.dropFirst().map(String.init)).joined(separator: ", "))]"
                }
                throw LayerError(
                    "cannot put inputs of shapes \(texts.joined(separator: " and ")) together along axis \(axis); every "
                        + "other size must be equal.")
            }
        }
    }
}
