/// The functions of one argument that `Unary` computes element by element.
public enum UnaryKind: Hashable, Sendable {
    /// `-x`.
    case negative
    /// `|x|`; its gradient at 0 is 0.
    case absolute
    /// -1, 0 or 1.
    case sign
    /// `1 / x`.
    case reciprocal
    /// `x * x`.
    case square
    /// The square root.
    case squareRoot
    /// `1 / sqrt(x)`.
    case reciprocalSquareRoot
    /// `e ** x`.
    case exponential
    /// The natural logarithm.
    case logarithm
    /// `log(1 + x)`, exact for small x.
    case logarithmOnePlus
    /// The hyperbolic tangent.
    case tanh
    /// `1 / (1 + e ** -x)`.
    case sigmoid
    /// The Gauss error function.
    case erf
    /// The largest integer not above x.
    case floor
    /// The nearest integer, halves to the even one.
    case round
    /// True where a bool is false.
    case logicalNot
    /// The sine of radians.
    case sine
    /// The cosine of radians.
    case cosine
    /// `max(x, 0)`.
    case relu
    /// `x > 0 ? x : slope * x`.
    case leakyRelu(slope: Double)
    /// `x > 0 ? x : alpha * (e ** x - 1)` (Clevert et al., 2015).
    case elu(alpha: Double)
    /// The self-normalizing ELU with fixed scale and alpha (Klambauer et al., 2017).
    case selu
    /// `log(1 + e ** x)`.
    case softplus
    /// `x / (1 + |x|)`.
    case softsign
    /// `x * sigmoid(x)` (Ramachandran et al., 2017).
    case swish
    /// `x * P(X <= x)` for a standard normal X (Hendrycks and Gimpel, 2016).
    case gelu
    /// The approximation of `gelu` by a hyperbolic tangent.
    case geluTanh
    /// `clip(x / 6 + 0.5, 0, 1)`, as in Keras 3.
    case hardSigmoid
    /// `min(max(x, minimum), maximum)`; its gradient is 1 from the minimum to the maximum, both included.
    case clip(minimum: Double, maximum: Double)
    /// `min(max(x, 0), maximum)` with a maximum above 0; its gradient is 1 between 0 and the maximum, both excluded.
    case clippedRelu(maximum: Double)
    /// `x` to a fixed exponent.
    case power(Double)
    /// True where x is neither infinite nor NaN.
    case isFinite

    /// The scale of SELU.
    public static let seluScale = 1.0507009873554805
    /// The alpha of SELU.
    public static let seluAlpha = 1.6732632423543772
}
