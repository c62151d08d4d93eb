public import ThawGraph

/// A convolution over images: each filter is moved over the image, and `activation(sum + bias)` is a
/// channel of the output.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, filters]`. Parameters: `kernel` `[kh, kw, c / groups, filters]`,
/// `bias` `[filters]`. With `.valid` padding `oh = (h - (kh - 1) * dilation - 1) / stride + 1`, with
/// `.same` it is `h / stride`, rounded up.
public final class Conv2D: Layer {
    /// The number of output channels.
    public let filters: Int
    /// The size of a filter.
    public let kernelSize: Size2D
    /// The steps between positions of a filter.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D
    /// The distance between a filter's elements; 1 is dense.
    public let dilation: Size2D
    /// The number of groups of channels that are convolved separately.
    public let groups: Int
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
    ///   - filters: the number of output channels, at least 1 and a multiple of `groups`.
    ///   - kernelSize: the size of a filter: `3`, or `Size2D(height: 3, width: 5)`.
    ///   - strides: how far the window moves, along the height and the width.
    ///   - padding: how the borders are padded.
    ///   - dilation: the distance between a filter's elements.
    ///   - groups: into how many groups channels are divided; each has filters of its own.
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
        dilation: Size2D = 1, groups: Int = 1, activation: ActivationFunction = .linear,
        usesBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
        kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            filters, kernelSize: kernelSize, strides: strides, padding: padding, dilation: dilation,
            groups: groups, activation: activation, usesBias: usesBias,
            kernel: WeightSettings(kernelInitializer, kernelRegularizer, kernelConstraint),
            bias: WeightSettings(biasInitializer, biasRegularizer, biasConstraint), inputShape: inputShape,
            name: name)
    }

    private init(
        _ filters: Int, kernelSize: Size2D, strides: Size2D, padding: Padding2D, dilation: Size2D,
        groups: Int, activation: ActivationFunction, usesBias: Bool, kernel: WeightSettings,
        bias: WeightSettings, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.filters = filters
        self.kernelSize = kernelSize
        self.strides = strides
        self.padding = padding
        self.dilation = dilation
        self.groups = groups
        self.activation = activation
        self.usesBias = usesBias
        kernelSettings = kernel
        biasSettings = bias
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(filters), \(kernelSize), \(activation.name)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        guard filters >= 1, groups >= 1, filters.isMultiple(of: groups), channels.isMultiple(of: groups)
        else {
            throw LayerError(
                "needs filters and input channels that are multiples of groups, got \(filters) filters, "
                    + "\(channels) channels and \(groups) groups.")
        }
        try ImageShape.requirePositive(kernelSize, strides, dilation)
        kernel = try addWeight(
            name: "kernel", shape: [kernelSize.height, kernelSize.width, channels / groups, filters],
            kernelSettings)
        bias = usesBias ? try addWeight(name: "bias", shape: [filters], biasSettings) : nil
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let kernel else { throw LayerError("is called before it is built.") }
        var output = try input.convolution2D(
            try context.read(kernel), strides: strides, padding: padding, dilation: dilation, groups: groups)
        if let bias { output = try output + context.read(bias) }
        return try activation(output)
    }

    public override func cloned() throws -> Layer {
        Conv2D(
            filters, kernelSize: kernelSize, strides: strides, padding: padding, dilation: dilation,
            groups: groups, activation: activation, usesBias: usesBias, kernel: kernelSettings,
            bias: biasSettings)
    }
}
