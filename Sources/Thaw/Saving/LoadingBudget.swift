import ThawFormats
import ThawGraph
import ThawTensor

/// What a model may cost while it is made from a file: layer calls in proportion to the description, parameters in
/// proportion to the weights.
///
/// A description of a few lines can ask for more than any machine has: a layer of 2^24 units, or thirty models each of which
/// calls the next one twice. Calls and sizes are counted before anything is allocated for them. Parameters that are made
/// under a budget get no first values, since those of the file replace them.
final class LoadingBudget: @unchecked Sendable {
    // Safety: it is used by the one task that loads the model.

    /// The budget of the loading under way.
    @TaskLocal static var current: LoadingBudget?

    /// The most elements of one value between layers, for one sample.
    static let largestValue = 1 << 36

    private var calls: Int
    private var elements: Int

    /// - Parameters:
    ///   - description: the bytes of the model's description. Each layer and call takes at least a hundred of them; models
    ///     inside models are called once while they are made, and once more for each model around them.
    ///   - weights: the bytes of the file that holds the weights, which may be compressed: as many elements are allowed as an
    ///     ``HDF5File`` of this size would give.
    init(description: Int, weights: Int) {
        calls = 4096 + description / 8
        elements = (16 * weights + 16 << 20) / 4
    }

    /// Counts a call of a layer, and refuses what it gives if that is larger than any memory.
    func charge(_ outputs: [SymbolicTensor]) throws {
        calls -= 1
        guard calls >= 0 else {
            throw LayerError(
                "is called again and again: the model in the file takes more calls of layers than its size explains."
            )
        }
        for output in outputs { try Self.check(Array(output.shape.dropFirst())) }
    }

    /// Counts the elements of a parameter that is about to be made.
    func charge(_ parameter: String, shape: [Int]) throws {
        let count = TensorShape.elementCount(shape)
        guard let count, count <= elements else {
            throw LayerError(
                "parameter \"\(parameter)\" of shape \(shape) is larger than all weights in the file; the file is damaged, or its "
                    + "weights are of another model.")
        }
        elements -= count
    }

    /// Throws if a sample's value of this shape could not be anywhere.
    static func check(_ shape: [Int]) throws {
        guard let count = TensorShape.elementCount(shape), count <= largestValue else {
            throw LayerError(
                "gives a value of shape \(shape) for each sample, which is larger than any memory.")
        }
    }
}

extension KerasModelReader {
    /// The model that `object` describes, built, its parameters without first values.
    ///
    /// - Throws: `LayerError` where the model would cost more than the budget allows; what building throws.
    func model(from object: JSONValue, within budget: LoadingBudget) throws -> Model {
        try LoadingBudget.$current.withValue(budget) {
            let model = try model(from: object)
            try model.ensureBuilt()
            return model
        }
    }
}
