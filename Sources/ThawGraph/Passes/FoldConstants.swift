public import ThawTensor

extension Graph {
    /// Computes an operation on constants; nil where it cannot.
    public typealias ConstantEvaluator = (_ operation: any GraphOperation, _ inputs: [Tensor]) -> [Tensor]?

    /// The graph with operations on constants replaced by their results.
    ///
    /// - Parameters:
    ///   - maximumCount: results with more elements are left to be computed, so that a graph does not carry
    ///     large constants.
    ///   - evaluate: computes an operation; what it cannot compute stays.
    public func foldingConstants(
        maximumCount: Int = 4096, evaluate: ConstantEvaluator = Graph.evaluateOnHost
    ) throws(GraphError) -> Graph {
        let rewriter = GraphRewriter(self)
        return try rewriter.rewrite { (index, inputs) throws(GraphError) in
            let node = nodes[index]
            guard !inputs.isEmpty, node.outputTypes.allSatisfy({ $0.count <= maximumCount }) else {
                return nil
            }
            let tensors = inputs.compactMap { ($0.operation as? Constant)?.tensor }
            guard tensors.count == inputs.count, let results = evaluate(node.operation, tensors),
                results.map({ TensorType($0.shape, $0.dtype) }) == node.outputTypes
            else { return nil }
            return results.map { rewriter.target.constant($0) }
        }.eliminatingDeadNodes()
    }

    /// Computes the usual operations on constants with the host's tensors: arithmetic, elementary
    /// functions, casts and shapes.
    public static func evaluateOnHost(_ operation: any GraphOperation, _ inputs: [Tensor]) -> [Tensor]? {
        guard let first = inputs.first else { return nil }
        switch operation {
        case let reshape as Reshape: return [first.reshaped(to: reshape.shape)]
        case let cast as Cast: return [first.cast(to: cast.dtype)]
        case let broadcast as BroadcastTo:
            guard first.dtype == .float32 else { return nil }
            return [first + Tensor.zeros(broadcast.shape)]
        case is StopGradient: return [first]
        case let transpose as Transpose: return [first.transposed(transpose.permutation)]
        case let unary as Unary where first.dtype == .float32: return function(unary.kind, first).map { [$0] }
        case let binary as Binary where first.dtype == .float32 && inputs.count == 2:
            return function(binary.kind, first, inputs[1]).map { [$0] }
        default: return nil
        }
    }

    private static func function(_ kind: UnaryKind, _ x: Tensor) -> Tensor? {
        switch kind {
        case .negative: -x
        case .square: x * x
        case .reciprocal: 1 / x
        case .squareRoot: x.sqrt()
        case .reciprocalSquareRoot: 1 / x.sqrt()
        case .exponential: x.exp()
        case .logarithm: x.log()
        default: nil
        }
    }

    private static func function(_ kind: BinaryKind, _ a: Tensor, _ b: Tensor) -> Tensor? {
        switch kind {
        case .add: a + b
        case .subtract: a - b
        case .multiply: a * b
        case .divide: a / b
        default: nil
        }
    }
}
