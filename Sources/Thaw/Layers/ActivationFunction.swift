public import ThawGraph

/// A function that a layer applies to its output, chosen with a leading dot: `Dense(10, activation:
/// .softmax)`.
///
/// One of your own: `ActivationFunction(name: "cube") { try $0 * $0 * $0 }`.
public struct ActivationFunction: Sendable {
    /// Its name, in Keras's spelling.
    public let name: String
    private let function: @Sendable (SymbolicTensor) throws -> SymbolicTensor

    /// Makes a function of symbolic tensors an activation; its gradient follows from the operations in
    /// it.
    public init(name: String, _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor) {
        self.name = name
        self.function = function
    }

    /// Adds the function's nodes to the graph.
    public func callAsFunction(_ input: SymbolicTensor) throws -> SymbolicTensor { try function(input) }
}

extension ActivationFunction {
    /// `x`.
    public static let linear = ActivationFunction(name: "linear") { $0 }

    /// `max(x, 0)`.
    public static let relu = ActivationFunction(name: "relu") { try $0.relu() }

    /// `x` kept within `0...6` (Krizhevsky, 2010).
    public static let relu6 = ActivationFunction(name: "relu6") { try $0.relu().minimum(6) }

    /// `x` above 0, else `slope * x` (Maas et al., 2013), with Keras's slope of 0.2.
    public static let leakyRelu = leakyRelu(slope: 0.2)

    /// `x` above 0, else `slope * x` (Maas et al., 2013).
    public static func leakyRelu(slope: Double) -> ActivationFunction {
        ActivationFunction(name: "leaky_relu") { try $0.leakyRelu(slope: slope) }
    }

    /// `x` above 0, else `e^x - 1` (Clevert et al., 2015).
    public static let elu = elu(alpha: 1)

    /// `x` above 0, else `alpha * (e^x - 1)` (Clevert et al., 2015).
    public static func elu(alpha: Double) -> ActivationFunction {
        ActivationFunction(name: "elu") { try $0.elu(alpha: alpha) }
    }

    /// The self-normalizing ELU (Klambauer et al., 2017); goes with `.lecunNormal` kernels.
    public static let selu = ActivationFunction(name: "selu") { try $0.selu() }

    /// `x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, 2016).
    public static let gelu = gelu(approximate: false)

    /// GELU; its approximation by a hyperbolic tangent if asked for.
    public static func gelu(approximate: Bool) -> ActivationFunction {
        ActivationFunction(name: "gelu") { try $0.gelu(approximate: approximate) }
    }

    /// `1 / (1 + e^-x)`.
    public static let sigmoid = ActivationFunction(name: "sigmoid") { try $0.sigmoid() }

    /// `x / 6 + 0.5`, kept within `0...1`.
    public static let hardSigmoid = ActivationFunction(name: "hard_sigmoid") { try $0.hardSigmoid() }

    /// `e^x / sum(e^x)` along the last axis.
    public static let softmax = ActivationFunction(name: "softmax") { try $0.softmax() }

    /// `log(softmax(x))` along the last axis.
    public static let logSoftmax = ActivationFunction(name: "log_softmax") { try $0.logSoftmax() }

    /// `log(1 + e^x)`.
    public static let softplus = ActivationFunction(name: "softplus") { try $0.softplus() }

    /// `x / (1 + |x|)`.
    public static let softsign = ActivationFunction(name: "softsign") { try $0.softsign() }

    /// `x * sigmoid(x)` (Ramachandran et al., 2017).
    public static let swish = ActivationFunction(name: "swish") { try $0.swish() }

    /// Another name for `swish`.
    public static let silu = swish

    /// `x * tanh(softplus(x))` (Misra, 2019).
    public static let mish = ActivationFunction(name: "mish") { try $0 * $0.softplus().tanh() }

    /// The hyperbolic tangent.
    public static let tanh = ActivationFunction(name: "tanh") { try $0.tanh() }

    /// `e^x`.
    public static let exponential = ActivationFunction(name: "exponential") { try $0.exp() }
}
