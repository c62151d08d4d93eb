import Testing
import ThawGraph
import ThawTensor
import ThawTestSupport

/// What operations make of shapes and element types, and what they refuse.
@Suite struct ShapeRuleTests {
    struct Accepted: Sendable, CustomStringConvertible {
        let description: String
        let operation: any GraphOperation
        let inputs: [TensorType]
        let outputs: [TensorType]

        init(_ operation: any GraphOperation, _ inputs: [[Int]], _ outputs: [[Int]]) {
            self.init(operation, inputs.map { TensorType($0) }, types: outputs.map { TensorType($0) })
        }

        init(_ operation: any GraphOperation, _ inputs: [TensorType], types outputs: [TensorType]) {
            self.operation = operation
            self.inputs = inputs
            self.outputs = outputs
            description = "\(operation.name) of \(inputs)"
        }
    }

    struct Refused: Sendable, CustomStringConvertible {
        let description: String
        let operation: any GraphOperation
        let inputs: [TensorType]
        /// Words the message must contain.
        let words: [String]

        init(_ operation: any GraphOperation, _ inputs: [TensorType], _ words: String...) {
            self.operation = operation
            self.inputs = inputs
            self.words = words
            description = "\(operation.name) of \(inputs)"
        }
    }

    static func floats(_ shapes: [Int]...) -> [TensorType] { shapes.map { TensorType($0) } }
    static let same = Convolution2D(strides: Size2D(2), padding: .same)
    static let pooling = Pooling2D(kind: .maximum, size: Size2D(2), strides: Size2D(2))
    static let key = TensorType([5], .int32)

    static let shifted = AffineResample(
        size: Size2D(height: 3, width: 2), interpolation: .bilinear, fill: .constant(1))

    static let accepted: [Accepted] = [
        Accepted(Unary(kind: .relu), [[2, 0]], [[2, 0]]),
        Accepted(Unary(kind: .isFinite), floats([2]), types: [TensorType([2], .bool)]),
        Accepted(Unary(kind: .square), [TensorType([2], .int32)], types: [TensorType([2], .int32)]),
        Accepted(Binary(kind: .add), [[4, 1, 3], [2, 1]], [[4, 2, 3]]),
        Accepted(Binary(kind: .less), floats([], [3]), types: [TensorType([3], .bool)]),
        Accepted(Select(), [TensorType([2, 1], .bool)] + floats([], [3]), types: floats([2, 3])),
        Accepted(Cast(dtype: .int32), floats([2]), types: [TensorType([2], .int32)]),
        Accepted(MatrixProduct(), [[2, 3], [3, 4]], [[2, 4]]),
        Accepted(MatrixProduct(transposeA: true, transposeB: true), [[5, 3, 2], [5, 4, 3]], [[5, 2, 4]]),
        Accepted(Convolution2D(), [[1, 5, 6, 2], [3, 2, 2, 7]], [[1, 3, 5, 7]]),
        Accepted(same, [[1, 5, 6, 2], [3, 2, 2, 7]], [[1, 3, 3, 7]]),
        Accepted(
            Convolution2D(dilation: Size2D(2), groups: 2), [[1, 5, 6, 4], [3, 2, 2, 6]], [[1, 1, 4, 6]]),
        Accepted(
            Convolution2D(padding: .explicit(top: 1, bottom: 2, left: 0, right: 1)),
            [[1, 4, 4, 1], [3, 3, 1, 1]], [[1, 5, 3, 1]]),
        Accepted(
            Convolution2DInputGradient(convolution: same, inputShape: [1, 5, 6, 2]),
            [[3, 2, 2, 7], [1, 3, 3, 7]], [[1, 5, 6, 2]]),
        Accepted(
            Convolution2DKernelGradient(convolution: same, kernelShape: [3, 2, 2, 7]),
            [[1, 5, 6, 2], [1, 3, 3, 7]], [[3, 2, 2, 7]]),
        Accepted(pooling, [[1, 5, 4, 3]], [[1, 2, 2, 3]]),
        Accepted(Pooling2DGradient(pooling: pooling), [[1, 5, 4, 3], [1, 2, 2, 3]], [[1, 5, 4, 3]]),
        Accepted(Reduction(kind: .mean, axes: [0, 2]), [[2, 3, 4]], [[3]]),
        Accepted(Reduction(kind: .sum, axes: [1], keepsDimensions: true), [[2, 0]], [[2, 1]]),
        Accepted(ArgumentMaximum(axis: 0), floats([2, 3]), types: [TensorType([3], .int32)]),
        Accepted(BatchNormalization(epsilon: 1e-3), [[2, 3, 4], [4], [4]], [[2, 3, 4], [4], [4]]),
        Accepted(Moments(), [[2, 3, 4]], [[4], [4]]),
        Accepted(RowNormalization(epsilon: 1e-3), [[2, 3, 4]], [[2, 3, 4], [2, 3, 1]]),
        Accepted(Reshape(shape: [3, 2]), [[6]], [[3, 2]]),
        Accepted(Transpose(permutation: [2, 0, 1]), [[2, 3, 4]], [[4, 2, 3]]),
        Accepted(Concatenate(axis: 1), [[2, 1], [2, 3], [2, 0]], [[2, 4]]),
        Accepted(Slice(starts: [1], sizes: [3], strides: [2]), [[6]], [[3]]),
        Accepted(Pad(before: [1, 0], after: [0, 2]), [[2, 2]], [[3, 4]]),
        Accepted(BroadcastTo(shape: [2, 3]), [[3]], [[2, 3]]),
        Accepted(Gather(), floats([7, 4]) + [TensorType([2, 3], .int32)], types: floats([2, 3, 4])),
        Accepted(
            ScatterAdd(rows: 7), [TensorType([2, 3], .int32)] + floats([2, 3, 4]), types: floats([7, 4])),
        Accepted(OneHot(depth: 4), [TensorType([2], .int32)], types: floats([2, 4])),
        Accepted(
            Random(distribution: .bernoulli(probability: 0.5), shape: [2, 3], stream: 1), [key],
            types: floats([2, 3])),
        Accepted(shifted, floats([2, 5, 4, 3], [2, 6]), types: floats([2, 3, 2, 3])),
        Accepted(
            AffineResampleGradient(resample: shifted, inputShape: [2, 5, 4, 3]),
            floats([2, 3, 2, 3], [2, 6]), types: floats([2, 5, 4, 3])),
        Accepted(AllFinite(), floats([2], []), types: [TensorType([], .bool)]),
        Accepted(
            SparseCategoricalCrossEntropy(), floats([3, 4]) + [TensorType([3], .int32)], types: floats([3])),
    ]

    static let refused: [Refused] = [
        Refused(Unary(kind: .relu), [TensorType([2], .int32)], "floating", "int32", "cast"),
        Refused(Unary(kind: .logicalNot), floats([2]), "bool"),
        Refused(Unary(kind: .relu), floats([2], [2]), "1 input", "2"),
        Refused(Unary(kind: .clip(minimum: 2, maximum: 1)), floats([2]), "minimum"),
        Refused(Binary(kind: .add), floats([2, 3], [2]), "[2, 3]", "[2]", "reshape"),
        Refused(Binary(kind: .add), [TensorType([2]), TensorType([2], .float64)], "float64", "cast"),
        Refused(Binary(kind: .logicalAnd), floats([2], [2]), "bool"),
        Refused(Binary(kind: .add), [TensorType([2], .bool), TensorType([2], .bool)], "bool", "cast"),
        Refused(Binary(kind: .divide), [TensorType([2], .int32), TensorType([2], .int32)], "floating"),
        Refused(Select(), floats([2], [2], [2]), "condition", "bool"),
        Refused(MatrixProduct(), floats([2, 3], [4, 3]), "inner", "3", "4"),
        Refused(MatrixProduct(), floats([2, 3], [3]), "[m, k]"),
        Refused(MatrixProduct(), floats([2, 3, 4], [3, 4, 5]), "axis 0"),
        Refused(Convolution2D(), floats([5, 6, 2], [3, 3, 2, 4]), "[n, h, w, c]"),
        Refused(Convolution2D(), floats([1, 5, 6, 2], [3, 3, 3, 4]), "channels"),
        Refused(Convolution2D(), floats([1, 2, 6, 2], [3, 3, 2, 4]), "does not fit", ".same"),
        Refused(Convolution2D(groups: 2), floats([1, 5, 5, 4], [3, 3, 2, 5]), "divisible"),
        Refused(Convolution2D(strides: Size2D(0)), floats([1, 5, 5, 4], [3, 3, 4, 5]), "strides"),
        Refused(Convolution2D(dilation: Size2D(0)), floats([1, 5, 5, 4], [3, 3, 4, 5]), "dilation"),
        Refused(
            Convolution2DInputGradient(convolution: same, inputShape: [1, 5, 6, 2]),
            floats([3, 2, 2, 7], [1, 2, 3, 7]), "[1, 3, 3, 7]"),
        Refused(pooling, floats([1, 1, 4, 3]), "does not fit"),
        Refused(pooling, floats([4, 4, 3]), "4 axes"),
        Refused(
            Pooling2D(
                kind: .average, size: Size2D(2), strides: Size2D(2),
                padding: .explicit(top: 2, bottom: 0, left: 0, right: 0)), floats([1, 4, 4, 3]), "empty"),
        Refused(Reduction(kind: .mean, axes: [2]), floats([2, 3]), "axis 2"),
        Refused(Reduction(kind: .mean, axes: [0]), floats([0, 3]), "empty"),
        Refused(ArgumentMaximum(axis: 2), floats([2, 3]), "axis 2"),
        Refused(Softmax(), floats([]), "scalar"),
        Refused(BatchNormalization(epsilon: 1), floats([2, 3], [2], [3]), "gamma", "[3]"),
        Refused(BatchNormalizationInference(epsilon: 1), floats([2, 3], [3], [3], [3], [1]), "variance"),
        Refused(Moments(), floats([3]), "2 axes"),
        Refused(RowNormalization(epsilon: 1), floats([2, 0]), "1 element"),
        Refused(Reshape(shape: [4]), floats([6]), "6", "[4]"),
        Refused(Transpose(permutation: [0, 0]), floats([2, 3]), "order"),
        Refused(Concatenate(axis: 0), floats([2, 3], [2, 4]), "[2, 4]"),
        Refused(Concatenate(axis: 0), [], "at least one"),
        Refused(Slice(starts: [1], sizes: [3]), floats([3]), "inside axis 0"),
        Refused(Slice(starts: [-1], sizes: [1]), floats([3]), "inside"),
        Refused(Pad(before: [-1], after: [0]), floats([3]), "negative", "slice"),
        Refused(BroadcastTo(shape: [2, 2]), floats([3]), "[3]"),
        Refused(BroadcastTo(shape: [1]), floats([3]), "[3]"),
        Refused(Gather(), floats([3], [2]), "int32"),
        Refused(ScatterAdd(rows: 3), [TensorType([2], .int32), TensorType([3, 2])], "begin"),
        Refused(OneHot(depth: 0), [TensorType([2], .int32)], "depth"),
        Refused(
            Random(distribution: .bernoulli(probability: 2), shape: [1], stream: 0), [key], "probability"),
        Refused(
            Random(distribution: .uniform(minimum: 0, maximum: 1), shape: [1], stream: 0),
            [TensorType([2], .int32)], "[5]"),
        Refused(shifted, floats([5, 4, 3], [2, 6]), "[n, h, w, c]"),
        Refused(shifted, floats([2, 5, 4, 3], [1, 6]), "transforms", "[2, 6]"),
        Refused(shifted, floats([2, 0, 4, 3], [2, 6]), "pixels"),
        Refused(
            AffineResample(size: Size2D(height: 0, width: 3), interpolation: .nearest, fill: .wrap),
            floats([2, 5, 4, 3], [2, 6]), "pixels"),
        Refused(
            AffineResample(size: Size2D(.max), interpolation: .nearest, fill: .wrap),
            floats([2, 5, 4, 3], [2, 6]), "too large"),
        Refused(
            AffineResampleGradient(resample: shifted, inputShape: [2, 5, 4, 3]),
            floats([2, 3, 3, 3], [2, 6]), "[2, 3, 2, 3]"),
        Refused(AllFinite(), [], "at least one"),
        Refused(SparseCategoricalCrossEntropy(), floats([3, 4], [3]), "labels", "int32"),
        Refused(SparseCategoricalCrossEntropy(), floats([3, 4]) + [TensorType([2], .int32)], "[3]"),
    ]

    @Test(arguments: accepted)
    func accepts(_ each: Accepted) throws {
        #expect(try each.operation.outputTypes(for: each.inputs) == each.outputs)
        // The reference engine makes the same shapes.
        let tensors = each.inputs.map { Tensor.zeros($0.shape, dtype: $0.dtype) }
        let results = try ReferenceEngine.evaluate(each.operation, tensors)
        #expect(results.map { TensorType($0.shape, $0.dtype) } == each.outputs)
    }

    @Test(arguments: refused)
    func refuses(_ each: Refused) throws {
        let error = try #require(throws: GraphError.self) {
            try each.operation.outputTypes(for: each.inputs)
        }
        for word in each.words { #expect(error.message.contains(word), "\(error.message)") }
    }

    @Test func errorsNameTheLayerAndTheOperation() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [2, 3])
        let error = try #require(throws: GraphError.self) {
            try graph.withScope("net") { try graph.withScope("dense") { try x.matmul(x) } }
        }
        #expect(error.scope == "net/dense")
        #expect(error.operation == "MatrixProduct")
        #expect(error.description.hasPrefix("net/dense (MatrixProduct): "))
        let axis = try #require(throws: GraphError.self) {
            try graph.withScope("pool") { try x.sum(axes: [2]) }
        }
        #expect(axis.scope == "pool")
    }

    @Test func tensorsOfAnotherGraphAreRefused() throws {
        let x = Graph().input("x", shape: [2])
        let y = Graph().input("y", shape: [2])
        #expect(throws: GraphError.self) { try x + y }
    }
}
