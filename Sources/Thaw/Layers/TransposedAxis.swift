import ThawGraph

/// The sizes of a transposed convolution along the height or the width, as Keras computes them.
struct TransposedAxis {
    /// The size of the output.
    let output: Int
    /// How much of the filters' sum is cut off before the output.
    let before: Int
    /// How much of it is cut off behind the output.
    let after: Int

    /// - Throws: `LayerError` for sizes and paddings that are not possible.
    init(
        input: Int, kernel: Int, stride: Int, dilation: Int, padding: Padding2D, outputPadding: Int?
    ) throws {
        let largest = 1 << 30
        guard max(input, kernel, stride, dilation) <= largest else {
            throw LayerError(
                "an image, a filter, strides or a dilation of more than \(largest) rows or columns are not possible."
            )
        }
        if let outputPadding {
            guard outputPadding >= 0, outputPadding < stride else {
                throw LayerError(
                    "outputPadding must be from 0 to below the strides (\(stride)), got \(outputPadding).")
            }
        }
        let window = (kernel - 1) * dilation + 1
        // How much the output is longer than the way from the first filter to the last.
        let last: Int
        switch padding {
        case .valid: last = outputPadding.map { window + $0 } ?? max(window, stride)
        case .same: last = outputPadding.map { window % 2 + $0 } ?? stride
        case .explicit:
            throw LayerError("pads by .valid or .same; crop with Cropping2D for other sizes.")
        }
        output = (input - 1) * stride + last
        guard output >= 1 else {
            throw LayerError(
                "would make images without pixels of \(input) rows or columns; use a larger outputPadding.")
        }
        before = max(window - last, 0) / 2
        after = max(window - last - before, 0)
    }
}
