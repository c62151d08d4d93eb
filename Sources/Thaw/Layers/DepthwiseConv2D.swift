public import ThawGraph

/// A convolution of each channel by itself (as in MobileNet, Howard et al., 2017).
///
/// ## Shapes
/// `[n, h, w, c]` to `[n, oh, ow, c * depthMultiplier]`. Parameters: `kernel` `[kh, kw, c,
/// depthMultiplier]`, `bias` `[c * depthMultiplier]`.
public final class DepthwiseConv2D: Layer {
    /// The size of a filter.
    public let kernelSize: Size2D
    /// The steps between positions of a filter.
    public let strides: Size2D
    /// What surrounds the image.
    public let padding: Padding2D
    /// The number of output channels of an input channel.
    public let depthMultiplier: Int
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
    ///   - kernelSize: the size of a filter: `3`, or `Size2D(height: 3, width: 5)`.
    ///   - strides: how far the window moves, along the height and the width.
    ///   - padding: how the borders are padded.
    ///   - depthMultiplier: the number of output channels of an input channel, at least 1.
    ///   - dilation: the distance between a filter's elements.
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
        kernelSize: Size2D, strides: Size2D = 1, padding: Padding2D = .valid, depthMultiplier: Int = 1,
        dilation: Size2D = 1, activation: ActivationFunction = .linear, usesBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
        kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            kernelSize: kernelSize, strides: strides, padding: padding, depthMultiplier: depthMultiplier,
            dilation: dilation, activation: activation, usesBias: usesBias,
            kernel: WeightSettings(kernelInitializer, kernelRegularizer, kernelConstraint),
            bias: WeightSettings(biasInitializer, biasRegularizer, biasConstraint), inputShape: inputShape,
            name: name)
    }

    private init(
        kernelSize: Size2D, strides: Size2D, padding: Padding2D, depthMultiplier: Int, dilation: Size2D,
        activation: ActivationFunction, usesBias: Bool, kernel: WeightSettings, bias: WeightSettings,
        inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.kernelSize = kernelSize
        self.strides = strides
        self.padding = padding
        self.depthMultiplier = depthMultiplier
        self.dilation = dilation
        self.activation = activation
        self.usesBias = usesBias
        kernelSettings = kernel
        biasSettings = bias
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(kernelSize), \(activation.name)" }

    public override func build(inputShape: [Int]) throws {
        let channels = try ImageShape.channels(of: inputShape)
        guard depthMultiplier >= 1 else {
            throw LayerError("depthMultiplier must be at least 1, got \(depthMultiplier).")
        }
        try ImageShape.requirePositive(kernelSize, strides, dilation)
        kernel = try addWeight(
            name: "kernel", shape: [kernelSize.height, kernelSize.width, channels, depthMultiplier],
            kernelSettings)
        bias = usesBias ? try addWeight(name: "bias", shape: [channels * depthMultiplier], biasSettings) : nil
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let kernel else { throw LayerError("is called before it is built.") }
        var output = try input.depthwiseConvolution2D(
            try context.read(kernel), strides: strides, padding: padding, dilation: dilation)
        if let bias { output = try output + context.read(bias) }
        return try activation(output)
    }

    public override func cloned() throws -> Layer {
        DepthwiseConv2D(
            kernelSize: kernelSize, strides: strides, padding: padding, depthMultiplier: depthMultiplier,
            dilation: dilation, activation: activation, usesBias: usesBias,
            kernel: kernelSettings, bias: biasSettings)
    }
}
