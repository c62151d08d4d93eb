public import ThawGraph

/// A fully connected layer: `activation(x · kernel + bias)`.
///
/// ## Shapes
/// `[n, ..., in]` to `[n, ..., units]`. Parameters: `kernel` `[in, units]`, `bias` `[units]`.
public final class Dense: Layer {
    /// The number of outputs of a sample.
    public let units: Int
    /// What is applied to the sums.
    public let activation: ActivationFunction
    /// Whether there is a bias.
    public let usesBias: Bool
    let kernelSettings: WeightSettings
    let biasSettings: WeightSettings
    private var kernel: Parameter?
    private var bias: Parameter?

    /// Creates the layer.
    ///
    /// - Parameters:
    ///   - units: the number of outputs of a sample, at least 1.
    ///   - activation: what is applied to the sums.
    ///   - usesBias: whether there is a bias.
    ///   - kernelInitializer: where the first kernel comes from.
    ///   - biasInitializer: where the first bias comes from.
    ///   - kernelRegularizer: a penalty on the kernel that is added to the loss while it is trainable.
    ///   - biasRegularizer: the same for the bias.
    ///   - kernelConstraint: what the kernel is brought to after each update.
    ///   - biasConstraint: the same for the bias.
    ///   - inputShape: the shape of one sample, for a model's first layer.
    ///   - name: the layer's name.
    public convenience init(
        _ units: Int, activation: ActivationFunction = .linear, usesBias: Bool = true,
        kernelInitializer: Initializer = .glorotUniform, biasInitializer: Initializer = .zeros,
        kernelRegularizer: Regularizer? = nil, biasRegularizer: Regularizer? = nil,
        kernelConstraint: Constraint? = nil, biasConstraint: Constraint? = nil, inputShape: [Int]? = nil,
        name: String? = nil
    ) {
        self.init(
            units, activation: activation, usesBias: usesBias,
            kernel: WeightSettings(kernelInitializer, kernelRegularizer, kernelConstraint),
            bias: WeightSettings(biasInitializer, biasRegularizer, biasConstraint), inputShape: inputShape,
            name: name)
    }

    private init(
        _ units: Int, activation: ActivationFunction, usesBias: Bool, kernel: WeightSettings,
        bias: WeightSettings, inputShape: [Int]? = nil, name: String? = nil
    ) {
        self.units = units
        self.activation = activation
        self.usesBias = usesBias
        kernelSettings = kernel
        biasSettings = bias
        super.init(name: name, inputShape: inputShape)
    }

    public override var configurationDescription: String { "\(units), \(activation.name)" }

    public override func build(inputShape: [Int]) throws {
        guard units >= 1 else { throw LayerError("needs at least 1 unit, got \(units).") }
        guard inputShape.count >= 2, let inputs = inputShape.last else {
            throw LayerError("expects inputs [n, ..., features] of at least 2 axes, got \(inputShape).")
        }
        kernel = try addWeight(name: "kernel", shape: [inputs, units], kernelSettings)
        bias = usesBias ? try addWeight(name: "bias", shape: [units], biasSettings) : nil
    }

    public override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        guard let kernel else { throw LayerError("is called before it is built.") }
        guard input.rank >= 2, input.shape[input.rank - 1] == kernel.shape[0] else {
            throw LayerError(
                "was built for \(kernel.shape[0]) features on the last axis, got an input of shape "
                    + "\(input.shape); check the layer before it, or put a Flatten() there.")
        }
        let leading = Array(input.shape.dropLast())
        let rows = input.rank == 2 ? input : try input.reshape(to: [leading.reduce(1, *), kernel.shape[0]])
        var output = try rows.matmul(try context.read(kernel))
        if let bias { output = try output + context.read(bias) }
        output = try input.rank == 2 ? output : output.reshape(to: leading + [units])
        return try activation(output)
    }

    public override func cloned() throws -> Layer {
        Dense(
            units, activation: activation, usesBias: usesBias, kernel: kernelSettings, bias: biasSettings)
    }
}
