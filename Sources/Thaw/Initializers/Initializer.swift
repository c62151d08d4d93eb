public import ThawTensor

/// Where a parameter's first value comes from.
///
/// Chosen with a leading dot: `Dense(300, kernelInitializer: .heNormal)`. The numbers are drawn from a
/// stream that is named by the model's seed and the parameter's path, so that they do not depend on the
/// order in which layers are built.
///
/// One of your own: `Initializer(name: "small") { shape, stream in stream.normalTensor(shape, standardDeviation: 1e-3) }`.
public struct Initializer: Sendable, Hashable {
    /// Which size an initializer of the variance-scaling family divides by.
    public enum FanMode: String, Sendable, Hashable {
        /// The number of inputs of a unit.
        case fanIn
        /// The number of outputs of an input.
        case fanOut
        /// The mean of both.
        case fanAverage
    }

    /// How an initializer of the variance-scaling family draws.
    public enum Distribution: String, Sendable, Hashable {
        /// Normal, numbers beyond two standard deviations drawn again, widened so that the variance is
        /// right.
        case truncatedNormal
        /// Normal.
        case untruncatedNormal
        /// Uniform.
        case uniform
    }

    /// What is drawn.
    enum Rule: Hashable, Sendable {
        case constant(Double)
        case varianceScaling(scale: Double, mode: FanMode, distribution: Distribution)
        case normal(mean: Double, standardDeviation: Double)
        case truncatedNormal(mean: Double, standardDeviation: Double)
        case uniform(minimum: Double, maximum: Double)
        case orthogonal(gain: Double)
        case identity(gain: Double)
        case custom(CustomRule)
    }

    /// The name, in Keras's spelling.
    public let name: String
    /// What is drawn.
    let rule: Rule

    /// Makes a function an initializer.
    ///
    /// - Parameters:
    ///   - name: the name, for people.
    ///   - function: from a parameter's shape to its first value, of that shape. It should draw from the stream it is
    ///     given, and from nowhere else, so that a model's seed decides about the numbers.
    public init(
        name: String,
        _ function: @escaping @Sendable (_ shape: [Int], _ stream: inout RandomStream) throws -> Tensor
    ) {
        self.init(name: name, rule: .custom(CustomRule(function)))
    }

    init(name: String, rule: Rule) {
        self.name = name
        self.rule = rule
    }

    /// The first value of a parameter.
    ///
    /// - Parameters:
    ///   - shape: the parameter's shape, in Keras's layout.
    ///   - seed: the model's seed.
    ///   - path: the parameter's path in the model.
    /// - Throws: `LayerError` where the initializer's settings are out of range or it cannot make this shape; what a
    ///   function of your own throws.
    public func tensor(shape: [Int], seed: UInt64, path: String) throws -> Tensor {
        try check()
        var stream = RandomStream(seed: seed).derived("initializer").derived(path)
        switch rule {
        case .constant(let value):
            return .full(shape, value)
        case .normal(let mean, let deviation):
            return stream.normalTensor(shape, mean: Float(mean), standardDeviation: Float(deviation))
        case .truncatedNormal(let mean, let deviation):
            return stream.truncatedNormalTensor(shape, mean: Float(mean), standardDeviation: Float(deviation))
        case .uniform(let minimum, let maximum):
            return stream.uniformTensor(shape, in: Float(minimum)..<Float(maximum))
        case .orthogonal(let gain):
            return try orthogonal(shape, gain: gain, &stream)
        case .identity(let gain):
            return try identity(shape, gain: gain)
        case .custom(let custom):
            let value = try custom.function(shape, &stream)
            guard value.shape == shape else {
                throw LayerError(
                    "initializer \(name) made a tensor of shape \(value.shape) for \(path), which has the shape "
                        + "\(shape); return one of the shape it is given.")
            }
            return value
        case .varianceScaling(let scale, let mode, let distribution):
            let variance = scale / max(1, Fans(shape: shape).size(mode))
            switch distribution {
            case .truncatedNormal:
                let deviation = variance.squareRoot() / Self.truncatedDeviation
                return stream.truncatedNormalTensor(shape, standardDeviation: Float(deviation))
            case .untruncatedNormal:
                return stream.normalTensor(shape, standardDeviation: Float(variance.squareRoot()))
            case .uniform:
                let limit = Float((3 * variance).squareRoot())
                return stream.uniformTensor(shape, in: -limit..<limit)
            }
        }
    }

    /// The standard deviation of a standard normal distribution cut off at two standard deviations on
    /// either side.
    private static let truncatedDeviation = 0.87962566103423978

    private func check() throws {
        switch rule {
        case .custom: break
        case .constant(let value):
            guard value.isFinite else {
                throw LayerError("initializer \(name) needs a number, got \(value).")
            }
        case .orthogonal(let gain), .identity(let gain):
            guard gain.isFinite else {
                throw LayerError("initializer \(name) needs a gain that is a number, got \(gain).")
            }
        case .normal(let mean, let deviation), .truncatedNormal(let mean, let deviation):
            guard deviation >= 0, deviation.isFinite else {
                throw LayerError(
                    "initializer \(name) needs a standard deviation of 0 or more, got \(deviation).")
            }
            guard mean.isFinite else {
                throw LayerError("initializer \(name) needs a mean that is a number, got \(mean).")
            }
        case .uniform(let minimum, let maximum):
            guard minimum <= maximum, minimum.isFinite, maximum.isFinite else {
                throw LayerError(
                    "initializer \(name) needs numbers with minimum <= maximum, got \(minimum) and \(maximum)."
                )
            }
        case .varianceScaling(let scale, _, _):
            guard scale > 0, scale.isFinite else {
                throw LayerError("initializer \(name) needs a scale above 0, got \(scale).")
            }
        }
    }
}

/// The numbers of inputs of a unit and of outputs of an input, by Keras's rule.
struct Fans: Equatable {
    /// Inputs of a unit.
    var fanIn: Double
    /// Outputs of an input.
    var fanOut: Double

    /// For a kernel of the given shape: `[in, out]`, or a receptive field's sizes followed by in and
    /// out.
    init(shape: [Int]) {
        let sizes = shape.map(Double.init)
        switch sizes.count {
        case 0: (fanIn, fanOut) = (1, 1)
        case 1: (fanIn, fanOut) = (sizes[0], sizes[0])
        default:
            let field = sizes.dropLast(2).reduce(1, *)
            (fanIn, fanOut) = (sizes[sizes.count - 2] * field, sizes[sizes.count - 1] * field)
        }
    }

    /// The size that a mode divides by.
    func size(_ mode: Initializer.FanMode) -> Double {
        switch mode {
        case .fanIn: fanIn
        case .fanOut: fanOut
        case .fanAverage: (fanIn + fanOut) / 2
        }
    }
}
