public import ThawGraph

/// The common part of the layers that bring several inputs together element by element.
///
/// Shapes must be equal, or broadcast: where one input has a size of 1, its value is used along the whole
/// axis of the others; an input of fewer axes is lined up from the last axis, behind the batch.
///
/// ## Shapes
/// Two or more inputs `[n, ...]` to one output `[n, ...]`.
open class MergeLayer: Layer {
    public override final func build(inputShapes: [[Int]]) throws { try check(inputShapes) }

    public override final func call(
        _ inputs: [SymbolicTensor], context: CallContext
    ) throws -> [SymbolicTensor] {
        try check(inputs.map(\.shape))
        // The batch stays axis 0 where an input has fewer axes than another.
        let rank = inputs.map(\.rank).max() ?? 0
        let aligned = try inputs.map { input in
            let missing = [Int](repeating: 1, count: rank - input.rank)
            return missing.isEmpty
                ? input : try input.reshape(to: [input.shape[0]] + missing + input.shape.dropFirst())
        }
        return [try merge(aligned)]
    }

    /// Brings the inputs together; there are as many as the layer allows, and of one rank.
    open func merge(_ inputs: [SymbolicTensor]) throws -> SymbolicTensor {
        throw LayerError("does not override merge(_:); compute the output there.")
    }

    /// How many inputs there may be.
    open var allowedInputs: ClosedRange<Int> { 2...Int.max }

    private func check(_ shapes: [[Int]]) throws {
        guard allowedInputs.contains(shapes.count) else {
            let expected =
                allowedInputs.count == 1
                ? "\(allowedInputs.lowerBound)" : "at least \(allowedInputs.lowerBound)"
            throw LayerError("takes \(expected) inputs, got \(shapes.count); call it with a list of values.")
        }
        var merged = shapes[0].dropFirst().reversed() as [Int]
        for shape in shapes.dropFirst() {
            for (axis, size) in shape.dropFirst().reversed().enumerated() {
                if axis == merged.count {
                    merged.append(size)
                } else if merged[axis] == 1 {
                    merged[axis] = size
                } else if size != 1, size != merged[axis] {
                    let texts = shapes.map {
                        "[\((["n"] + $0.dropFirst().map(String.init)).joined(separator: ", "))]"
                    }
                    throw LayerError(
                        "cannot bring inputs of shapes \(texts.joined(separator: " and ")) together; their sizes "
                            + "must be equal, or 1.")
                }
            }
        }
    }
}
