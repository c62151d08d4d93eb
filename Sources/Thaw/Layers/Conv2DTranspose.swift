public import ThawGraph

/// A transposed convolution, which makes images larger: each pixel adds a filter, times its value, to the output, `strides`
/// apart (Dumoulin and Visin, 2016). It is the gradient of a convolution with respect to its input.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, filters]`. Parameters: `kernel` `[kh, kw, filters, c]`, `bias` `[filters]`. With k the size of
/// the filter, `(kh - 1) * dilation + 1`:
///
/// | padding | `outputPadding` nil | given |
/// |---|---|---|
/// | `.valid` | `oh = (h - 1) * stride + max(k, stride)` | `(h - 1) * stride + k + outputPadding` |
/// | `.same` | `oh = h * stride` | `(h - 1) * stride + k % 2 + outputPadding` |
///
/// What reaches beyond the output is cut off on both sides, an odd row or column more at the bottom or the right.
public final class Conv2DTranspose: Layer {
    /// The number of output channels.
    public let filters: Int
    /// The size of a filter.
    public let kernelSize: Size2D
    /// How far apart the pixels' filters are added.
    public let strides: Size2D
    /// Whether the output is cut to the input's size times the strides.
    public let padding: Padding2D
    /// Rows and columns that the output has beyond the smallest possible; nil for as many as Keras adds.
    public let outputPadding: Size2D?
    /// The distance between a filter's elements; 1 is dense.
    public let dilation: Size2D
    /// What is applied to the sums.
    public let activation: ActivationFunction
    /// Whether there is a bias.
    public let usesBias: Bool
    let kernelSettings: WeightSettings
    let biasSettings: WeightSettings
    private var kernel: Parameter?
    private var bias: Parameter?

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - filters: the number of output channels, at least 1.
    ///   - kernelSize: the size of a filter: `3`, or `Size2D(height: 3, width: 5)`.
    ///   - strides: how far apart the pixels' filters are added.
    ///   - padding: `.valid`, or `.same` for an output of the input's size times the strides.
    ///   - outputPadding: rows and columns beyond the smallest possible output, below the strides; nil for as many as Keras adds.
    ///   - dilation: the distance between a filter's elements; 1 unless the strides are 1.
    ///   - activation: what is applied to the result.
    ///   - usesBias: whether there is a bias.
    ///   - kernelInitializer: the kernel's first values.
    ///   - biasInitializer: the bias's first values.
    ///   - kernelRegularizer: what is added to the loss for the kernel; nil for nothing.
    ///   - biasRegularizer: what is added to the loss for the bias; nil for nothing.
    ///   - kernelConstraint: what the kernel is brought to after each update; nil leaves it.
    ///   - biasConstraint: what the bias is brought to after each update; nil leaves it.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        _ filters: Int, kernelSize: Size2D, strides: Size2D = 1, padding: Padding2D = .valid,
        outputPadding: Size2D? = nil, dilation: Size2D = 1, activation: ActivationFunction = .linear,
        usesBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
        kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            filters, kernelSize: kernelSize, strides: strides, padding: padding, outputPadding: outputPadding,
            dilation: dilation, activation: activation, usesBias: usesBias,
            kernel: WeightSettings(kernelInitializer, kernelRegularizer, kernelConstraint),
            bias: WeightSettings(biasInitializer, biasRegularizer, biasConstraint), inputShape: inputShape,
            name: name)
    }

    private init(
        _ filters: Int, kernelSize: Size2D, strides: Size2D, padding: Padding2D, outputPadding: Size2D?,
        dilation: Size2D, activation: ActivationFunction, usesBias: Bool, kernel: WeightSettings,
        bias: WeightSettings, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.filters = filters
        self.kernelSize = kernelSize
        self.strides = strides
        self.padding = padding
        self.outputPadding = outputPadding
        self.dilation = dilation
        self.activation = activation
        self.usesBias = usesBias
        kernelSettings = kernel
        biasSettings = bias
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(filters), \(kernelSize), \(activation.name)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        guard filters >= 1 else { throw LayerError("needs at least 1 filter, got \(filters).") }
        try ImageShape.requirePositive(kernelSize, strides, dilation)
        guard strides == 1 || dilation == 1 else {
            throw LayerError(
                "cannot have strides of \(strides) and a dilation of \(dilation); one must be 1.")
        }
        kernel = try addWeight(
            name: "kernel", shape: [kernelSize.height, kernelSize.width, filters, channels], kernelSettings)
        bias = usesBias ? try addWeight(name: "bias", shape: [filters], biasSettings) : nil
        _ = try axes(of: inputShape)
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let kernel else { throw LayerError("is called before it is built.") }
        let (rows, columns) = try axes(of: input.shape)
        var output = try input.transposedConvolution2D(
            try context.read(kernel), outputShape: [input.shape[0], rows.output, columns.output, filters],
            strides: strides,
            padding: .explicit(
                top: rows.before, bottom: rows.after, left: columns.before, right: columns.after),
            dilation: dilation)
        if let bias { output = try output + context.read(bias) }
        return try activation(output)
    }

    private func axes(of shape: [Int]) throws -> (rows: TransposedAxis, columns: TransposedAxis) {
        func axis(_ number: Int, _ size: KeyPath<Size2D, Int>) throws -> TransposedAxis {
            try TransposedAxis(
                input: shape[number], kernel: kernelSize[keyPath: size], stride: strides[keyPath: size],
                dilation: dilation[keyPath: size], padding: padding,
                outputPadding: outputPadding?[keyPath: size])
        }
        _ = try ImageShape.channels(of: shape)
        return (try axis(1, \.height), try axis(2, \.width))
    }

    public override func cloned() throws -> Layer {
        Conv2DTranspose(
            filters, kernelSize: kernelSize, strides: strides, padding: padding, outputPadding: outputPadding,
            dilation: dilation, activation: activation, usesBias: usesBias, kernel: kernelSettings,
            bias: biasSettings)
    }
}
