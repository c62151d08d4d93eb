public import ThawGraph

/// A convolution of each channel by itself, and then one of 1 x 1 that mixes them (as in Xception, Chollet, 2017): nearly what a
/// `Conv2D` does, with a small part of its parameters.
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, filters]`, sizes as `Conv2D` has them. Parameters: `depthwise_kernel` `[kh, kw, c,
/// depthMultiplier]`, `pointwise_kernel` `[1, 1, c * depthMultiplier, filters]`, `bias` `[filters]`.
public final class SeparableConv2D: Layer {
    /// The number of output channels.
    public let filters: Int
    /// The size of a filter.
    public let kernelSize: Size2D
    /// The steps between positions of a filter.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D
    /// The number of channels that each input channel has between the two convolutions.
    public let depthMultiplier: Int
    /// The distance between a filter's elements; 1 is dense.
    public let dilation: Size2D
    /// What is applied to the sums.
    public let activation: ActivationFunction
    /// Whether there is a bias.
    public let usesBias: Bool
    let depthwiseSettings: WeightSettings
    let pointwiseSettings: WeightSettings
    let biasSettings: WeightSettings
    private var depthwiseKernel: Parameter?
    private var pointwiseKernel: Parameter?
    private var bias: Parameter?

    /// Creates the layer; the defaults are Keras's.
    ///
    /// - Parameters:
    ///   - filters: the number of output channels, at least 1.
    ///   - kernelSize: the size of a filter: `3`, or `Size2D(height: 3, width: 5)`.
    ///   - strides: how far the window moves, along the height and the width.
    ///   - padding: how the borders are padded.
    ///   - depthMultiplier: how many channels each input channel has between the two convolutions, at least 1.
    ///   - dilation: the distance between a filter's elements.
    ///   - activation: what is applied to the result.
    ///   - usesBias: whether there is a bias.
    ///   - depthwiseInitializer: the first values of the kernel that treats channels by themselves.
    ///   - pointwiseInitializer: the first values of the kernel that mixes channels.
    ///   - biasInitializer: the bias's first values.
    ///   - depthwiseRegularizer: what is added to the loss for the kernel that treats channels by themselves; nil for nothing.
    ///   - pointwiseRegularizer: what is added to the loss for the kernel that mixes channels; nil for nothing.
    ///   - biasRegularizer: what is added to the loss for the bias; nil for nothing.
    ///   - depthwiseConstraint: what the kernel that treats channels by themselves is brought to after each update; nil leaves it.
    ///   - pointwiseConstraint: what the kernel that mixes channels is brought to after each update; nil leaves it.
    ///   - biasConstraint: what the bias is brought to after each update; nil leaves it.
    ///   - inputShape: the shape of one sample, without the batch axis, for a model's first layer.
    ///   - name: the name; the model numbers layers by type if nil.
    public convenience init(
        _ filters: Int, kernelSize: Size2D, strides: Size2D = 1, padding: Padding2D = .valid,
        depthMultiplier: Int = 1, dilation: Size2D = 1, activation: ActivationFunction = .linear,
        usesBias: Bool = true, depthwiseInitializer: Initializer = .glorotUniform,
        pointwiseInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        depthwiseRegularizer: Regularizer? = nil, pointwiseRegularizer: Regularizer? = nil,
        biasRegularizer: Regularizer? = nil, depthwiseConstraint: Constraint? = nil,
        pointwiseConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            filters, kernelSize: kernelSize, strides: strides, padding: padding,
            depthMultiplier: depthMultiplier, dilation: dilation, activation: activation, usesBias: usesBias,
            depthwise: WeightSettings(depthwiseInitializer, depthwiseRegularizer, depthwiseConstraint),
            pointwise: WeightSettings(pointwiseInitializer, pointwiseRegularizer, pointwiseConstraint),
            bias: WeightSettings(biasInitializer, biasRegularizer, biasConstraint), inputShape: inputShape,
            name: name)
    }

    private init(
        _ filters: Int, kernelSize: Size2D, strides: Size2D, padding: Padding2D, depthMultiplier: Int,
        dilation: Size2D, activation: ActivationFunction, usesBias: Bool, depthwise: WeightSettings,
        pointwise: WeightSettings, bias: WeightSettings, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.filters = filters
        self.kernelSize = kernelSize
        self.strides = strides
        self.padding = padding
        self.depthMultiplier = depthMultiplier
        self.dilation = dilation
        self.activation = activation
        self.usesBias = usesBias
        depthwiseSettings = depthwise
        pointwiseSettings = pointwise
        biasSettings = bias
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(filters), \(kernelSize), \(activation.name)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        guard filters >= 1, depthMultiplier >= 1 else {
            throw LayerError(
                "filters and depthMultiplier must be at least 1, got \(filters) and \(depthMultiplier).")
        }
        try ImageShape.requirePositive(kernelSize, strides, dilation)
        let (between, overflow) = channels.multipliedReportingOverflow(by: depthMultiplier)
        guard !overflow else {
            throw LayerError(
                "\(channels) channels times a depthMultiplier of \(depthMultiplier) are larger than any "
                    + "memory.")
        }
        depthwiseKernel = try addWeight(
            name: "depthwise_kernel",
            shape: [kernelSize.height, kernelSize.width, channels, depthMultiplier],
            depthwiseSettings)
        pointwiseKernel = try addWeight(
            name: "pointwise_kernel", shape: [1, 1, between, filters], pointwiseSettings)
        bias = usesBias ? try addWeight(name: "bias", shape: [filters], biasSettings) : nil
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let depthwiseKernel, let pointwiseKernel else {
            throw LayerError("is called before it is built.")
        }
        let separate = try input.depthwiseConvolution2D(
            try context.read(depthwiseKernel), strides: strides, padding: padding, dilation: dilation)
        var output = try separate.convolution2D(try context.read(pointwiseKernel))
        if let bias { output = try output + context.read(bias) }
        return try activation(output)
    }

    public override func cloned() throws -> Layer {
        SeparableConv2D(
            filters, kernelSize: kernelSize, strides: strides, padding: padding,
            depthMultiplier: depthMultiplier, dilation: dilation, activation: activation, usesBias: usesBias,
            depthwise: depthwiseSettings, pointwise: pointwiseSettings, bias: biasSettings)
    }
}
