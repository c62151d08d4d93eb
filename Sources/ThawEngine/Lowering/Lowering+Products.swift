import COneDNN
import ThawGraph
import ThawTensor

extension Lowering {
    /// Lowers a product with its epilogue; what the library refuses runs as a program of ours behind it.
    func lowerProduct(_ fusion: ProductFusion) throws {
        if isAddedInPlace(fusion),
            try lowerProduct(fusion.nodes[0], Epilogue(fusion, self, inPlace: true), result: fusion.result)
        {
            return
        }
        if try lowerProduct(fusion.nodes[0], Epilogue(fusion, self), result: fusion.result) { return }
        let epilogue = Epilogue()
        let plain = Graph.Value(node: fusion.nodes[0], output: 0)
        guard try lowerProduct(fusion.nodes[0], epilogue, result: plain) else {
            throw EngineError.library(
                "oneDNN has no implementation of \(graph.nodes[fusion.nodes[0]].operation) in \(graph.nodes[fusion.nodes[0]].scope)."
            )
        }
        guard fusion.nodes.count > 1 else { return }
        var builder = ElementwiseBuilder(self)
        for index in fusion.nodes.dropFirst() { try builder.add(index) }
        try builder.store(fusion.result)
        let type = analysis.type(fusion.result)
        add(
            builder.finish(
                count: type.count, columns: fusion.bias == nil ? nil : type.shape.last,
                phase: analysis.phase[fusion.nodes[0]], threads: threads))
    }

    /// Whether a convolution may add to the residual where that lies, which takes a third less memory traffic than a result of
    /// its own: nothing reads the residual afterwards. Its other readers are convolutions, which run in their order.
    private func isAddedInPlace(_ fusion: ProductFusion) -> Bool {
        let product = fusion.nodes[0]
        guard let convolution = graph.nodes[product].operation as? Convolution2D,
            let residual = fusion.residual.map(analysis.root), !analysis.required.contains(residual),
            analysis.phase[residual.node] == .main, analysis.phase[product] == .main,
            units.unit[residual.node] >= 0, graph.nodes[residual.node].outputTypes.count == 1
        else { return false }
        let shape = ConvolutionShape(
            convolution, input: analysis.type(graph.nodes[product].inputs[0]).shape,
            kernel: analysis.type(graph.nodes[product].inputs[1]).shape,
            output: graph.nodes[product].outputTypes[0].shape)
        guard isBatchInvariant || !shape.isWorthWinograd else { return false }
        return analysis.users[residual.node].allSatisfy { user in
            user != product && units.unit[user] == product
                || graph.nodes[user].operation is Convolution2D && isLowered(units.unit[user])
        }
    }

    private func lowerProduct(_ index: Int, _ epilogue: Epilogue, result: Graph.Value) throws -> Bool {
        switch graph.nodes[index].operation {
        case let product as MatrixProduct: try lowerMatrixProduct(product, index, epilogue, result: result)
        case let convolution as Convolution2D:
            try lowerConvolution(convolution, index, epilogue, result: result)
        default: false
        }
    }

    private func lowerMatrixProduct(
        _ product: MatrixProduct, _ index: Int, _ epilogue: Epilogue, result: Graph.Value
    ) throws -> Bool {
        let node = graph.nodes[index]
        let output = node.outputTypes[0].shape
        guard output.reduce(1, *) > 0 else { return true }
        let source = Self.matrix(analysis.type(node.inputs[0]).shape, transposed: product.transposeA)
        let weights = Self.matrix(analysis.type(node.inputs[1]).shape, transposed: product.transposeB)
        let destination = Self.matrix(output, transposed: false)
        let depth =
            product.transposeA
            ? analysis.type(node.inputs[0]).shape.dropLast().last ?? 1
            : analysis.type(node.inputs[0]).shape.last ?? 1
        if depth == 0 {
            throw EngineError.unsupportedOperation(
                "a matrix product over an axis of size 0 in \(node.scope) has no kernel.")
        }
        let operations = 2 * output.reduce(1, *) * depth
        let threadCount = threads.forProduct(operations: operations)
        let phase = analysis.phase[index]
        let isPacked = analysis.phase[analysis.root(node.inputs[1]).node] == .prologue && phase != .prologue
        let bias =
            epilogue.bias == nil
            ? thaw_layout() : Self.bias(width: output[output.count - 1], rank: output.count)
        guard
            let primitive = withUnsafeLayouts(
                source, isPacked ? weights.freely : weights, bias, destination,
                {
                    Primitive(
                        thaw_matmul_create(
                            $0, $1, $2, $3, epilogue.posts, Int32(epilogue.posts.count), threadCount))
                })
        else { return false }
        let packed = try storage(
            for: node.inputs[1], as: .weights, of: primitive, plain: weights,
            phase: isPacked ? .prologue : phase)
        var reads: [(Primitive.Argument, Storage)] = [
            (.source, try storage(for: node.inputs[0])), (.weights, packed),
        ]
        reads += try epilogue.operands(self)
        let target = try storage(for: result)
        let isDivisible =
            output.count == 2 && !isPacked && epilogue.residual == nil
        let work = ProductWork(
            source: source, weights: weights, bias: bias, destination: destination, posts: epilogue.posts,
            sourceStorage: reads[0].1, weightsStorage: packed,
            biasStorage: try epilogue.bias.map { try storage(for: $0) }, destinationStorage: target,
            rows: output[0], work: threads.elements(forOperations: operations), whole: primitive,
            threads: threadCount)
        if isDivisible, work.isWorthDividingByDepth,
            let steps = work.byDepth(
                threads.maximum, partial: makeStorage(bytes: threads.maximum * target.bytes, phase: phase),
                phase)
        {
            for step in steps { add(step) }
            return true
        }
        add(
            PlannedStep(
                "matmul", primitive, phase: phase, reads: reads, writes: [(.destination, target)],
                divisible: isDivisible ? work : nil))
        return true
    }

    private static func matrix(_ shape: [Int], transposed: Bool) -> thaw_layout {
        var sizes = shape
        var strides = rowMajorStrides(shape)
        if transposed {
            sizes.swapAt(shape.count - 1, shape.count - 2)
            strides.swapAt(shape.count - 1, shape.count - 2)
        }
        return thaw_layout(sizes: sizes, strides: strides)
    }

    private static func bias(width: Int, rank: Int) -> thaw_layout {
        let shape = [Int](repeating: 1, count: rank - 1) + [width]
        return thaw_layout(sizes: shape, strides: rowMajorStrides(shape))
    }
}

/// What a product does to its result before storing it.
struct Epilogue {
    var bias: Graph.Value?
    var residual: Graph.Value?
    /// Whether the result takes the residual's place.
    var isAddedInPlace = false
    var posts: [thaw_post_operation] = []

    init() {}

    init(_ fusion: ProductFusion, _ lowering: Lowering, inPlace: Bool = false) {
        bias = fusion.bias
        residual = fusion.residual
        isAddedInPlace = inPlace
        if inPlace {
            posts.append(
                thaw_post_operation(kind: Int32(THAW_POST_SUM), alpha: 0, beta: 0, operand: thaw_layout()))
        } else if fusion.residual != nil {
            let shape = lowering.analysis.type(fusion.result).shape
            posts.append(
                thaw_post_operation(kind: Int32(THAW_POST_ADD), alpha: 0, beta: 0, operand: .images(shape)))
        }
        if let activation = fusion.activation { posts += ProductFusion.posts(activation) ?? [] }
    }

    /// The arguments that bias and residual become.
    func operands(_ lowering: Lowering) throws -> [(Primitive.Argument, Storage)] {
        var result: [(Primitive.Argument, Storage)] = []
        if let bias { result.append((.bias, try lowering.storage(for: bias))) }
        if let residual, !isAddedInPlace {
            result.append((.postOperand(0), try lowering.storage(for: residual)))
        }
        return result
    }
}

func withUnsafeLayouts<Result>(
    _ a: thaw_layout, _ b: thaw_layout, _ c: thaw_layout, _ d: thaw_layout,
    _ body: (
        UnsafePointer<thaw_layout>, UnsafePointer<thaw_layout>, UnsafePointer<thaw_layout>,
        UnsafePointer<thaw_layout>
    ) -> Result
) -> Result {
    withUnsafePointer(to: a) { a in
        withUnsafePointer(to: b) { b in
            withUnsafePointer(to: c) { c in withUnsafePointer(to: d) { d in body(a, b, c, d) } }
        }
    }
}
