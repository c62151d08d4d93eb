import COneDNN
import ThawGraph

/// A matrix product or convolution with what can be done to its result before it is stored.
struct ProductFusion {
    /// The product, then the nodes it absorbs, in order.
    var nodes: [Int]
    /// A vector over the last axis that is added first.
    var bias: Graph.Value?
    /// A tensor of the result's shape that is added next.
    var residual: Graph.Value?
    /// What is applied last.
    var activation: UnaryKind?

    init(product: Int) { nodes = [product] }

    /// The value that the whole chain computes.
    var result: Graph.Value { Graph.Value(node: nodes[nodes.count - 1], output: 0) }

    static func find(in analysis: GraphAnalysis) -> [ProductFusion] {
        let checksFinite = analysis.graph.nodes.contains { $0.operation is AllFinite }
        var absorbed: Set<Int> = []
        return analysis.graph.nodes.indices.compactMap { index in
            switch analysis.graph.nodes[index].operation {
            case is MatrixProduct, is Convolution2D:
                let fusion = extended(
                    ProductFusion(product: index), in: analysis, absorbed: absorbed,
                    checksFinite: checksFinite)
                absorbed.formUnion(fusion.nodes)
                return fusion
            default: return nil
            }
        }
    }

    /// - Parameter absorbed: what earlier products have taken: the sum of two products belongs to one of them.
    private static func extended(
        _ start: ProductFusion, in analysis: GraphAnalysis, absorbed: Set<Int>, checksFinite: Bool
    ) -> ProductFusion {
        var fusion = start
        let graph = analysis.graph
        let type = analysis.type(start.result)
        let width = type.shape.last ?? 1
        while let user = onlyUser(of: fusion.result, in: analysis), !absorbed.contains(user),
            fusion.activation == nil
        {
            let node = graph.nodes[user]
            guard analysis.phase[user] == analysis.phase[fusion.nodes[0]] else { break }
            if let binary = node.operation as? Binary, binary.kind == .add {
                let others = node.inputs.filter { analysis.root($0) != fusion.result }
                guard others.count == 1, node.outputTypes[0].count == type.count else { return fusion }
                let other = analysis.type(others[0])
                let isVector = other.count == width && other.shape.last == width
                if isVector, fusion.bias == nil, fusion.residual == nil,
                    Spread(other.shape, to: node.outputTypes[0].shape) == .row(columns: width)
                        || type.count == width
                {
                    fusion.bias = others[0]
                } else if other.count == type.count, fusion.residual == nil, type.rank == 4 {
                    fusion.residual = others[0]
                } else {
                    return fusion
                }
            } else if let unary = node.operation as? Unary, posts(unary.kind) != nil {
                // The library's ReLU and its clipping turn a NaN into zero. Where weights train or something checks for NaN, in a frozen
                // layer too, ours runs instead, so that it is noticed.
                let weights = graph.nodes[fusion.nodes[0]].inputs[1]
                if hidesNaN(unary.kind),
                    checksFinite || analysis.phase[analysis.root(weights).node] != .prologue
                {
                    return fusion
                }
                fusion.activation = unary.kind
            } else {
                return fusion
            }
            fusion.nodes.append(user)
        }
        return fusion
    }

    private static func hidesNaN(_ kind: UnaryKind) -> Bool {
        switch kind {
        case .relu, .clippedRelu: true
        default: false
        }
    }

    private static func onlyUser(of value: Graph.Value, in analysis: GraphAnalysis) -> Int? {
        guard analysis.useCount(value) == 1, let user = analysis.users[value.node].first,
            !analysis.required.contains(value)
        else { return nil }
        return user
    }

    /// The library's operations for an activation; nil if it has none that is exact.
    static func posts(_ kind: UnaryKind) -> [thaw_post_operation]? {
        func post(_ kind: Int, _ alpha: Double = 0, _ beta: Double = 0) -> thaw_post_operation {
            thaw_post_operation(
                kind: Int32(kind), alpha: Float(alpha), beta: Float(beta), operand: thaw_layout())
        }
        switch kind {
        case .relu: return [post(THAW_POST_RELU)]
        case .clippedRelu(let maximum): return [post(THAW_POST_CLIP, 0, maximum)]
        case .leakyRelu(let slope): return [post(THAW_POST_RELU, slope)]
        case .elu(let alpha): return [post(THAW_POST_ELU, alpha)]
        case .selu:
            return [post(THAW_POST_ELU, UnaryKind.seluAlpha), post(THAW_POST_LINEAR, UnaryKind.seluScale)]
        case .tanh: return [post(THAW_POST_TANH)]
        case .sigmoid: return [post(THAW_POST_SIGMOID)]
        case .swish: return [post(THAW_POST_SWISH)]
        default: return nil
        }
    }
}
