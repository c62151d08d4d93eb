import Thaw

/// Gives samples the shape that a model takes, where that leaves no doubt.
enum SampleShape {
    /// The same numbers as `[n] + shape`.
    ///
    /// An axis of one channel is added or taken away, a single sample gets an axis for the samples, and rows of a table become
    /// images of as many numbers; each time a remark says so.
    ///
    /// - Parameters:
    ///   - samples: the tensor of the file.
    ///   - shape: what the model takes, without the axis of the samples.
    ///   - isTable: whether each sample is a row of a table.
    ///   - name: what messages call the tensor.
    /// - Throws: `ToolError` if the shape is another one.
    static func fit(
        _ samples: Tensor, to shape: [Int], isTable: Bool = false, name: String
    ) throws -> Tensor {
        let own = Array(samples.shape.dropFirst())
        guard samples.count > 0 else {
            throw ToolError("\(name) has no samples: its shape is \(samples.shape).")
        }
        if samples.rank > 0, own == shape { return samples }
        if samples.rank > 0, own.filter({ $0 != 1 }) == shape.filter({ $0 != 1 }) {
            Console.remark("samples of shape \(own) are taken as \(shape)")
            return samples.reshaped(to: [samples.shape[0]] + shape)
        }
        if samples.shape == shape {
            Console.remark("\(name) of shape \(shape) is taken as one sample")
            return samples.reshaped(to: [1] + shape)
        }
        if isTable, shape.count > 1, own == [shape.reduce(1, *)] {
            Console.remark("rows of \(own[0]) numbers are taken as samples of shape \(shape)")
            return samples.reshaped(to: [samples.shape[0]] + shape)
        }
        var hint = "Give data of that shape."
        if own.count == 3, shape.count == 3, own == [shape[2], shape[0], shape[1]] {
            hint = "The data has its channels first, as in PyTorch; move that axis to the end."
        } else if isTable {
            hint = "Give a table of \(shape.reduce(1, *)) columns."
        }
        throw ToolError("the model takes samples of shape \(shape), and those of \(name) are \(own). \(hint)")
    }
}
