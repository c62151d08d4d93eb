extension Initializer {
    /// Zeros.
    public static let zeros = Initializer(name: "Zeros", rule: .constant(0))

    /// Ones.
    public static let ones = Initializer(name: "Ones", rule: .constant(1))

    /// The same number everywhere.
    public static func constant(_ value: Double) -> Initializer {
        Initializer(name: "Constant", rule: .constant(value))
    }

    /// Uniform within ±sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio, 2010). The default of kernels.
    public static let glorotUniform = Initializer(
        name: "GlorotUniform", rule: .varianceScaling(scale: 1, mode: .fanAverage, distribution: .uniform))

    /// Truncated normal of variance 2 / (fanIn + fanOut) (Glorot and Bengio, 2010).
    public static let glorotNormal = Initializer(
        name: "GlorotNormal",
        rule: .varianceScaling(scale: 1, mode: .fanAverage, distribution: .truncatedNormal))

    /// Uniform within ±sqrt(6 / fanIn) (He et al., 2015), for ReLU and its like.
    public static let heUniform = Initializer(
        name: "HeUniform", rule: .varianceScaling(scale: 2, mode: .fanIn, distribution: .uniform))

    /// Truncated normal of variance 2 / fanIn (He et al., 2015), for ReLU and its like.
    public static let heNormal = Initializer(
        name: "HeNormal", rule: .varianceScaling(scale: 2, mode: .fanIn, distribution: .truncatedNormal))

    /// Uniform within ±sqrt(3 / fanIn) (LeCun et al., 1998).
    public static let lecunUniform = Initializer(
        name: "LecunUniform", rule: .varianceScaling(scale: 1, mode: .fanIn, distribution: .uniform))

    /// Truncated normal of variance 1 / fanIn (LeCun et al., 1998), for SELU (Klambauer et al., 2017).
    public static let lecunNormal = Initializer(
        name: "LecunNormal", rule: .varianceScaling(scale: 1, mode: .fanIn, distribution: .truncatedNormal))

    /// Variance `scale / size`, where the size is the one that `mode` names and at least 1.
    ///
    /// - Parameters:
    ///   - scale: above 0.
    ///   - mode: which number of connections the variance is divided by.
    ///   - distribution: what the numbers are drawn from.
    public static func varianceScaling(
        scale: Double = 1, mode: FanMode = .fanIn, distribution: Distribution = .truncatedNormal
    ) -> Initializer {
        Initializer(
            name: "VarianceScaling",
            rule: .varianceScaling(scale: scale, mode: mode, distribution: distribution))
    }

    /// Normal, with the defaults of `randomNormal(mean:standardDeviation:)`.
    public static let randomNormal = randomNormal()

    /// Normal.
    ///
    /// - Parameters:
    ///   - mean: the mean of the distribution.
    ///   - standardDeviation: 0 or more.
    public static func randomNormal(mean: Double = 0, standardDeviation: Double = 0.05) -> Initializer {
        Initializer(name: "RandomNormal", rule: .normal(mean: mean, standardDeviation: standardDeviation))
    }

    /// Uniform, with the defaults of `randomUniform(minimum:maximum:)`.
    public static let randomUniform = randomUniform()

    /// Uniform in `minimum ..< maximum`.
    public static func randomUniform(minimum: Double = -0.05, maximum: Double = 0.05) -> Initializer {
        Initializer(name: "RandomUniform", rule: .uniform(minimum: minimum, maximum: maximum))
    }

    /// Truncated normal, with the defaults of `truncatedNormal(mean:standardDeviation:)`.
    public static let truncatedNormal = truncatedNormal()

    /// Normal, where numbers beyond two standard deviations are drawn again; what is left deviates by
    /// 0.88 of `standardDeviation`, as in Keras.
    ///
    /// - Parameters:
    ///   - mean: the mean of the distribution.
    ///   - standardDeviation: 0 or more.
    public static func truncatedNormal(mean: Double = 0, standardDeviation: Double = 0.05) -> Initializer {
        Initializer(
            name: "TruncatedNormal", rule: .truncatedNormal(mean: mean, standardDeviation: standardDeviation))
    }

    /// Orthogonal, with the default of `orthogonal(gain:)`.
    public static let orthogonal = orthogonal()

    /// A random matrix of orthonormal rows or columns, whichever are fewer (Saxe et al., 2013), times `gain`.
    ///
    /// A parameter of more than two axes is seen as a matrix of one column for each element of the last axis. The matrix is
    /// the Q of the QR decomposition of normal numbers, with the signs that make it uniform, as in Keras. The
    /// decomposition is computed in double, in about `4 * rows * columns^2` operations.
    ///
    /// A parameter of fewer than two axes is refused.
    public static func orthogonal(gain: Double = 1) -> Initializer {
        Initializer(name: "Orthogonal", rule: .orthogonal(gain: gain))
    }

    /// The identity matrix.
    public static let identity = identity()

    /// `gain` on the diagonal of a matrix, zeros elsewhere; the matrix need not be square. A parameter that has not two
    /// axes is refused.
    public static func identity(gain: Double = 1) -> Initializer {
        Initializer(name: "Identity", rule: .identity(gain: gain))
    }
}
