public import ThawGraph

/// A function that a layer applies to its output, chosen with a leading dot: `Dense(10, activation:
/// .softmax)`.
///
/// One of your own: `ActivationFunction(name: "cube") { try $0 * $0 * $0 }`.
public struct ActivationFunction: Sendable {
    /// Its name, in Keras's spelling.
    public let name: String
    /// What Keras calls exactly this function in its files; nil if it has no name for it.
    let kerasName: String?
    /// Layers of Keras, one after the other, that compute this, where it has no name.
    let kerasLayers: [KerasActivationLayer]
    private let function: @Sendable (SymbolicTensor) throws -> SymbolicTensor

    /// Makes a function of symbolic tensors an activation; its gradient follows from the operations in
    /// it.
    public init(name: String, _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor) {
        self.name = name
        kerasName = nil
        kerasLayers = []
        self.function = function
    }

    private init(
        keras name: String, isKnown: Bool = true, layers: [KerasActivationLayer] = [],
        _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor
    ) {
        self.name = name
        kerasName = isKnown ? name : nil
        kerasLayers = isKnown ? [] : layers
        self.function = function
    }

    /// Adds the function's nodes to the graph.
    public func callAsFunction(_ input: SymbolicTensor) throws -> SymbolicTensor { try function(input) }
}

extension ActivationFunction {
    /// `x`.
    public static let linear = ActivationFunction(keras: "linear") { $0 }

    /// `max(x, 0)`.
    public static let relu = ActivationFunction(keras: "relu") { try $0.relu() }

    /// `x` kept within `0...6` (Krizhevsky, 2010).
    public static let relu6 = ActivationFunction(keras: "relu6") { try $0.clippedRelu(maximum: 6) }

    /// `x` above 0, else `slope * x` (Maas et al., 2013), with Keras's slope of 0.2.
    public static let leakyRelu = leakyRelu(slope: 0.2)

    /// `x` above 0, else `slope * x` (Maas et al., 2013).
    public static func leakyRelu(slope: Double) -> ActivationFunction {
        ActivationFunction(
            keras: "leaky_relu", isKnown: slope == 0.2,
            layers: [KerasActivationLayer("LeakyReLU", ["negative_slope": slope])]
        ) {
            guard slope.isFinite else {
                throw LayerError("leaky_relu's slope must be a number, got \(slope).")
            }
            return try $0.leakyRelu(slope: slope)
        }
    }

    /// `x` above 0, else `e^x - 1` (Clevert et al., 2015).
    public static let elu = elu(alpha: 1)

    /// `x` above 0, else `alpha * (e^x - 1)` (Clevert et al., 2015).
    public static func elu(alpha: Double) -> ActivationFunction {
        ActivationFunction(
            keras: "elu", isKnown: alpha == 1, layers: [KerasActivationLayer("ELU", ["alpha": alpha])]
        ) {
            guard alpha.isFinite else { throw LayerError("elu's alpha must be a number, got \(alpha).") }
            return try $0.elu(alpha: alpha)
        }
    }

    /// The self-normalizing ELU (Klambauer et al., 2017); goes with `.lecunNormal` kernels.
    public static let selu = ActivationFunction(keras: "selu") { try $0.selu() }

    /// `x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, 2016).
    public static let gelu = gelu(approximate: false)

    /// GELU; its approximation by a hyperbolic tangent if asked for.
    public static func gelu(approximate: Bool) -> ActivationFunction {
        ActivationFunction(keras: "gelu", isKnown: !approximate) { try $0.gelu(approximate: approximate) }
    }

    /// `1 / (1 + e^-x)`.
    public static let sigmoid = ActivationFunction(keras: "sigmoid") { try $0.sigmoid() }

    /// `x / 6 + 0.5`, kept within `0...1`.
    public static let hardSigmoid = ActivationFunction(keras: "hard_sigmoid") { try $0.hardSigmoid() }

    /// What Keras 2 calls `hard_sigmoid`: `0.2 x + 0.5`, kept within `0...1`.
    static let hardSigmoidOfKeras2 = ActivationFunction(
        keras: "hard_sigmoid", isKnown: false,
        layers: [
            KerasActivationLayer("Rescaling", ["scale": 0.2, "offset": 0.5]),
            KerasActivationLayer("ReLU", ["max_value": 1]),
        ]
    ) {
        try ($0 * 0.2 + 0.5).clip(0, 1)
    }

    /// `e^x / sum(e^x)` along the last axis.
    public static let softmax = ActivationFunction(keras: "softmax") { try $0.softmax() }

    /// `log(softmax(x))` along the last axis.
    public static let logSoftmax = ActivationFunction(keras: "log_softmax") { try $0.logSoftmax() }

    /// `log(1 + e^x)`.
    public static let softplus = ActivationFunction(keras: "softplus") { try $0.softplus() }

    /// `x / (1 + |x|)`.
    public static let softsign = ActivationFunction(keras: "softsign") { try $0.softsign() }

    /// `x * sigmoid(x)` (Ramachandran et al., 2017).
    public static let swish = ActivationFunction(keras: "swish") { try $0.swish() }

    /// Another name for `swish`.
    public static let silu = swish

    /// `x * tanh(softplus(x))` (Misra, 2019).
    public static let mish = ActivationFunction(keras: "mish") { try $0 * $0.softplus().tanh() }

    /// `x` above 0, else `e^x - 1`: `elu`, with another meaning of alpha (Barron, 2017).
    public static let celu = celu(alpha: 1)

    /// `x` above 0, else `alpha * (e^(x / alpha) - 1)`, smooth at 0 for every alpha (Barron, 2017). Alpha is above 0.
    public static func celu(alpha: Double) -> ActivationFunction {
        ActivationFunction(keras: "celu", isKnown: alpha == 1) {
            guard alpha > 0, alpha.isFinite else {
                throw LayerError("celu's alpha must be above 0, got \(alpha).")
            }
            return try alpha == 1 ? $0.elu() : ($0 / alpha).elu() * alpha
        }
    }

    /// `x * hardSigmoid(x)` (Howard et al., 2019).
    public static let hardSilu = ActivationFunction(keras: "hard_silu") { try $0 * $0.hardSigmoid() }

    /// Another name for `hardSilu`.
    public static let hardSwish = hardSilu

    /// `(x + sqrt(x^2 + 4)) / 2` (Barron, 2021).
    public static let squareplus = squareplus(b: 4)

    /// `(x + sqrt(x^2 + b)) / 2`, a smooth `relu` (Barron, 2021); b, at least 0, says how smooth.
    public static func squareplus(b: Double) -> ActivationFunction {
        ActivationFunction(keras: "squareplus", isKnown: b == 4) {
            guard b >= 0, b.isFinite else {
                throw LayerError("squareplus's b must be at least 0, got \(b).")
            }
            return try ($0 + ($0.square() + b).sqrt()) * 0.5
        }
    }

    /// `x` kept within `-1...1`.
    public static let hardTanh = ActivationFunction(keras: "hard_tanh") { try $0.clip(-1, 1) }

    /// `x - tanh(x)`.
    public static let tanhShrink = ActivationFunction(keras: "tanh_shrink") { try $0 - $0.tanh() }

    /// `x` outside `-0.5...0.5`, else 0.
    public static let hardShrink = hardShrink(threshold: 0.5)

    /// `x` where its size is above the threshold, else 0. The threshold is at least 0.
    public static func hardShrink(threshold: Double) -> ActivationFunction {
        ActivationFunction(keras: "hard_shrink", isKnown: threshold == 0.5) {
            try $0.abs().greater(than: checked(threshold, "hard_shrink")).select($0, 0)
        }
    }

    /// `x`, 0.5 nearer to 0; 0 within `-0.5...0.5`.
    public static let softShrink = softShrink(threshold: 0.5)

    /// `x`, the threshold nearer to 0; 0 where its size is below. The threshold is at least 0.
    public static func softShrink(threshold: Double) -> ActivationFunction {
        ActivationFunction(keras: "soft_shrink", isKnown: threshold == 0.5) {
            let threshold = try checked(threshold, "soft_shrink")
            return try $0 - $0.clip(-threshold, threshold)
        }
    }

    private static func checked(_ threshold: Double, _ name: String) throws -> Double {
        guard threshold >= 0, threshold.isFinite else {
            throw LayerError("\(name)'s threshold must be at least 0, got \(threshold).")
        }
        return threshold
    }

    /// `log(sigmoid(x))`.
    public static let logSigmoid = ActivationFunction(keras: "log_sigmoid") { try -(-$0).softplus() }

    /// 0 up to -1, `(x + 1)^2 / 4` up to 1, `x` above.
    public static let sparsePlus = ActivationFunction(keras: "sparse_plus") {
        try ($0 + 1).clip(0, 2).square() * 0.25 + ($0 - 1).relu()
    }

    /// `(x + 1) / 2`, kept within `0...1`.
    public static let sparseSigmoid = ActivationFunction(keras: "sparse_sigmoid") {
        try ($0 * 0.5 + 0.5).clip(0, 1)
    }

    /// The hyperbolic tangent.
    public static let tanh = ActivationFunction(keras: "tanh") { try $0.tanh() }

    /// `e^x`.
    public static let exponential = ActivationFunction(keras: "exponential") { try $0.exp() }

    /// Every function that Keras has a name for.
    static let ofKeras: [ActivationFunction] = [
        .linear, .relu, .relu6, .leakyRelu, .elu, .selu, .gelu, .sigmoid, .hardSigmoid, .softmax, .logSoftmax,
        .softplus, .softsign, .swish, .mish, .tanh, .exponential, .celu, .hardSilu, .squareplus, .hardTanh,
        .tanhShrink, .hardShrink, .softShrink, .logSigmoid, .sparsePlus, .sparseSigmoid,
    ]
}
