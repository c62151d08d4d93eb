import ThawFormats
public import ThawGraph

/// A penalty on a parameter that is added to the loss, in training and in evaluation, while the parameter is trainable.
///
/// Chosen with a leading dot: `Dense(300, kernelRegularizer: .l2(0.01))`. One of your own:
/// `Regularizer(name: "l4") { try $0.square().square().sum() * 0.01 }`.
public struct Regularizer: Sendable {
    /// Its name, for people.
    public let name: String
    private let strengths: [Double]
    /// How Keras's files say it; nil if they cannot.
    let keras: JSONValue?
    private let function: @Sendable (SymbolicTensor) throws -> SymbolicTensor

    /// Makes a function of a parameter's value a penalty.
    ///
    /// - Parameters:
    ///   - name: the name for people.
    ///   - function: from the value to a scalar; its gradient follows from the operations in it.
    public init(name: String, _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor) {
        self.init(name: name, strengths: [], keras: nil, function)
    }

    private init(
        name: String, strengths: [Double], keras: JSONValue?,
        _ function: @escaping @Sendable (SymbolicTensor) throws -> SymbolicTensor
    ) {
        self.name = name
        self.strengths = strengths
        self.keras = keras
        self.function = function
    }

    /// The penalty, a scalar.
    ///
    /// - Throws: `LayerError` for a strength below 0, and what the function throws.
    public func callAsFunction(_ parameter: SymbolicTensor) throws -> SymbolicTensor {
        for strength in strengths where !(strength >= 0 && strength.isFinite) {
            throw LayerError("the regularizer \(name) has the strength \(strength); it must be 0 or more.")
        }
        return try function(parameter)
    }
}

extension Regularizer {
    private static func keras(_ className: String, _ arguments: [String: JSONValue]) -> JSONValue {
        .keras(className, module: "keras.regularizers", arguments)
    }

    /// `strength * sum(|w|)`.
    public static func l1(_ strength: Double = 0.01) -> Regularizer {
        Regularizer(name: "l1", strengths: [strength], keras: keras("L1", ["l1": .number(strength)])) {
            try $0.abs().sum() * strength
        }
    }

    /// `strength * sum(w^2)`.
    public static func l2(_ strength: Double = 0.01) -> Regularizer {
        Regularizer(name: "l2", strengths: [strength], keras: keras("L2", ["l2": .number(strength)])) {
            try $0.square().sum() * strength
        }
    }

    /// `l1 * sum(|w|) + l2 * sum(w^2)`.
    public static func l1L2(l1: Double = 0.01, l2: Double = 0.01) -> Regularizer {
        Regularizer(
            name: "l1_l2", strengths: [l1, l2], keras: keras("L1L2", ["l1": .number(l1), "l2": .number(l2)])
        ) {
            try $0.abs().sum() * l1 + $0.square().sum() * l2
        }
    }

    /// Which vectors of a matrix `orthogonal(_:of:)` pushes apart.
    public enum MatrixVectors: Sendable, Hashable {
        /// Its rows.
        case rows
        /// Its columns: in a `Dense` kernel, the weights of a unit.
        case columns
    }

    /// `strength * mean(|cos|)` over all pairs of a matrix's rows or columns: 0 where they are orthogonal.
    ///
    /// For parameters of two axes; others are refused.
    public static func orthogonal(_ strength: Double = 0.01, of vectors: MatrixVectors = .rows) -> Regularizer
    {
        let arguments: [String: JSONValue] = [
            "factor": .number(strength), "mode": .string(vectors == .rows ? "rows" : "columns"),
        ]
        return Regularizer(
            name: "orthogonal", strengths: [strength], keras: keras("OrthogonalRegularizer", arguments)
        ) { matrix in
            guard matrix.rank == 2 else {
                throw LayerError(
                    "the regularizer orthogonal takes matrices of two axes, got a parameter of shape \(matrix.shape)."
                )
            }
            let rows = vectors == .rows ? matrix : try matrix.transpose()
            let count = rows.shape[0]
            guard count > 1 else { return try matrix.sum() * 0 }
            // Keeps the division of a vector of zeros away from zero.
            let squares = try rows.square().sum(axes: [1], keepingDimensions: true).maximum(1e-12)
            let directions = try rows * squares.reciprocalSquareRoot()
            let cosines = try directions.matmul(directions, transposeB: true).abs()
            let others = 1 - Tensor.identity(count)
            return try (cosines * matrix.graph.constant(others)).sum()
                * (strength / Double(count * (count - 1)))
        }
    }
}
