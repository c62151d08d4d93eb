import ThawGraph

/// Checks the shapes that inputs are declared with.
enum InputShape {
    /// Throws unless samples of a shape are possible.
    static func check(_ sample: [Int]) throws {
        guard sample.allSatisfy({ $0 > 0 }) else {
            throw LayerError("cannot be an input of shape \(sample); each size must be at least 1.")
        }
        guard TensorType(sample).isPossible else {
            throw LayerError("cannot be an input of shape \(sample), which is larger than any memory.")
        }
    }

    /// Throws unless samples are possible of the shape that an `Input` declares.
    static func check(_ value: LayerOutput) throws {
        guard value.call.inputs.isEmpty else { return }
        do {
            try check(value.shape)
        } catch var error as LayerError {
            (error.path, error.layerType) = (value.layer.name, value.layer.typeName)
            throw error
        }
    }
}
