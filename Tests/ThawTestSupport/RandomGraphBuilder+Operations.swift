import ThawGraph
import ThawTensor

extension RandomGraphBuilder {
    mutating func unary() throws -> SymbolicTensor {
        let kinds: [UnaryKind] = [
            .negative, .absolute, .square, .exponential, .tanh, .sigmoid, .erf, .sine, .cosine, .relu,
            .leakyRelu(slope: 0.1), .elu(alpha: 1), .selu, .softplus, .softsign, .swish, .gelu, .geluTanh,
            .hardSigmoid,
            .clip(minimum: -1, maximum: 1.5), .clippedRelu(maximum: 0.75), .power(2), .power(3),
        ]
        let positive: [UnaryKind] = [
            .squareRoot, .reciprocalSquareRoot, .logarithm, .logarithmOnePlus, .reciprocal, .power(-0.5),
            .power(1.7),
        ]
        let x = try any().softsign() * 2
        if stream.int(in: 0..<3) == 0 {
            return try graph.apply(
                Unary(kind: positive[stream.int(in: 0..<positive.count)]), [x.abs() + 0.5])[0]
        }
        return try graph.apply(Unary(kind: kinds[stream.int(in: 0..<kinds.count)]), [x])[0]
    }

    /// A partner that broadcasts with a tensor: of its shape, of its last axes, with some axes 1, or a
    /// scalar.
    mutating func partner(of tensor: SymbolicTensor) throws -> SymbolicTensor {
        let equal = pool.filter { $0.shape == tensor.shape }
        if !equal.isEmpty, stream.int(in: 0..<2) == 0 { return equal[stream.int(in: 0..<equal.count)] }
        var shape = tensor.shape
        for axis in shape.indices where stream.int(in: 0..<3) == 0 { shape[axis] = 1 }
        shape.removeFirst(stream.int(in: 0..<shape.count + 1))
        return try source(shape)
    }

    mutating func binary() throws -> SymbolicTensor {
        let a = any()
        let b = try partner(of: a)
        let kinds: [BinaryKind] = [.add, .subtract, .multiply, .maximum, .minimum, .sigmoidCrossEntropy]
        switch stream.int(in: 0..<8) {
        case 0: return try a / (b.square() + 0.5)
        case 1: return try (a.softsign().abs() + 0.5).pow(b.softsign())
        default:
            let kind = kinds[stream.int(in: 0..<kinds.count)]
            return try graph.apply(Binary(kind: kind), stream.int(in: 0..<2) == 0 ? [a, b] : [b, a])[0]
        }
    }

    mutating func condition() throws -> SymbolicTensor {
        let a = any()
        let b = try partner(of: a)
        let exact = try source(a.shape)
        let kinds: [BinaryKind] = [.less, .lessEqual, .greater, .greaterEqual, .equal, .notEqual]
        let kind = kinds[stream.int(in: 0..<kinds.count)]
        var condition = try graph.apply(Binary(kind: kind), [exact, graph.constant(0.25)])[0]
        switch stream.int(in: 0..<5) {
        case 0: condition = try condition.logicalAnd(exact.less(than: 1))
        case 1: condition = try condition.logicalOr(exact.isFinite().logicalNot())
        case 2:
            return try condition.cast(to: .float32) * a + (exact * 3).floor() + exact.round() + exact.sign()
        default: break
        }
        return try condition.select(a, b)
    }

    mutating func product() throws -> SymbolicTensor {
        let rank = 2 + stream.int(in: 0..<2)
        let a = try any(rank: rank)
        let transposeA = stream.int(in: 0..<2) == 0
        let transposeB = stream.int(in: 0..<2) == 0
        let inner = a.shape[transposeA ? rank - 2 : rank - 1]
        let columns = size()
        let b = try source(a.shape.dropLast(2) + (transposeB ? [columns, inner] : [inner, columns]))
        let y = try a.matmul(b, transposeA: transposeA, transposeB: transposeB)
        // Bias and activation, as a dense layer has them.
        switch stream.int(in: 0..<3) {
        case 0: return y
        case 1: return try y + source([columns])
        default: return try (y + source([columns])).relu()
        }
    }

    mutating func padding() -> Padding2D {
        switch stream.int(in: 0..<3) {
        case 0: .valid
        case 1: .same
        default:
            .explicit(
                top: stream.int(in: 0..<2), bottom: stream.int(in: 0..<2), left: stream.int(in: 0..<2),
                right: 1)
        }
    }

    mutating func window() -> Size2D {
        Size2D(height: 1 + stream.int(in: 0..<3), width: 1 + stream.int(in: 0..<3))
    }

    /// Padding that works with a window on an image.
    mutating func padding(_ x: SymbolicTensor, _ window: Size2D, pooling: Bool) -> Padding2D {
        if x.shape[1] < window.height || x.shape[2] < window.width { return .same }
        return pooling && (window.height < 2 || window.width < 2) ? .same : padding()
    }

    mutating func convolution() throws -> SymbolicTensor {
        let x = try any(rank: 4)
        let channels = x.shape[3]
        let taps = window()
        let dilation = stream.int(in: 0..<4) == 0 ? Size2D(2) : Size2D(1)
        let covered = Size2D(
            height: (taps.height - 1) * dilation.height + 1, width: (taps.width - 1) * dilation.width + 1)
        let strides = dilation == Size2D(1) ? Size2D(1 + stream.int(in: 0..<2)) : Size2D(1)
        let padding = padding(x, covered, pooling: false)
        switch stream.int(in: 0..<4) {
        case 0:
            let kernel = try source([taps.height, taps.width, channels, 1 + stream.int(in: 0..<2)])
            return try x.depthwiseConvolution2D(
                kernel, strides: strides, padding: padding, dilation: dilation)
        case 1 where channels % 2 == 0:
            let kernel = try source([taps.height, taps.width, channels / 2, 4])
            return try x.convolution2D(
                kernel, strides: strides, padding: padding, dilation: dilation, groups: 2)
        case 2:
            let output = 1 + stream.int(in: 0..<3)
            let kernel = try source([taps.height, taps.width, output, channels])
            let shape = [x.shape[0], x.shape[1] * strides.height, x.shape[2] * strides.width, output]
            return try x.transposedConvolution2D(kernel, outputShape: shape, strides: strides, padding: .same)
        default:
            let output = 1 + stream.int(in: 0..<9)
            let kernel = try source([taps.height, taps.width, channels, output])
            let y = try x.convolution2D(kernel, strides: strides, padding: padding, dilation: dilation)
            return stream.int(in: 0..<2) == 0 ? y : try (y + source([output])).elu()
        }
    }

    mutating func pooling() throws -> SymbolicTensor {
        let x = try any(rank: 4)
        let size = window()
        let padding = padding(x, size, pooling: true)
        let strides = stream.int(in: 0..<2) == 0 ? nil : Size2D(1 + stream.int(in: 0..<2))
        switch stream.int(in: 0..<6) {
        case 0: return try x.globalAveragePooling2D()
        case 1: return try x.globalMaximumPooling2D()
        case 2, 3: return try x.averagePooling2D(size: size, strides: strides, padding: padding)
        default: return try x.maximumPooling2D(size: size, strides: strides, padding: padding)
        }
    }

    mutating func resampling() throws -> SymbolicTensor {
        let x = try any(rank: 4)
        let fills: [FillMode] = [.constant(0.5), .nearest, .reflect, .wrap]
        // Far from where another pixel is the nearest one: the engines' transforms differ by rounding.
        let whole = try source([x.shape[0], 6]).softsign().round()
        let offset = x.graph.constant(Tensor([0.25, -0.25, 0.13, -0.25, 0.25, 0.17] as [Float]))
        return try x.affineResampled(
            (whole + offset).stopGradient(), size: Size2D(height: size(), width: size()),
            interpolation: stream.int(in: 0..<2) == 0 ? .nearest : .bilinear,
            fill: fills[stream.int(in: 0..<4)])
    }

    mutating func reduction() throws -> SymbolicTensor {
        let x = any()
        switch stream.int(in: 0..<8) {
        case 0 where x.rank > 0: return try x.softmax(axis: stream.int(in: 0..<x.rank))
        case 1 where x.rank > 0: return try x.logSoftmax(axis: stream.int(in: 0..<x.rank))
        case 2:
            let exact = try source(shape(1 + stream.int(in: 0..<3)))
            return try exact.argMax(axis: stream.int(in: 0..<exact.rank)).cast(to: .float32)
        default:
            let axes = (0..<x.rank).filter { _ in stream.int(in: 0..<2) == 0 }
            let keeps = stream.int(in: 0..<2) == 0
            let kinds: [ReductionKind] = [.sum, .mean, .maximum, .minimum]
            let kind = kinds[stream.int(in: 0..<4)]
            return try graph.apply(Reduction(kind: kind, axes: axes, keepsDimensions: keeps), [x])[0]
        }
    }

    mutating func normalization() throws -> SymbolicTensor {
        let x = try any(rank: 2 + stream.int(in: 0..<3))
        let channels = [x.shape[x.rank - 1]]
        let gamma = try source(channels)
        let beta = try source(channels)
        switch stream.int(in: 0..<4) {
        case 3: return try x.rowNormalization(epsilon: 0.1)
        case 0:
            let (y, mean, variance) = try x.batchNormalization(gamma: gamma, beta: beta, epsilon: 0.1)
            graph.addOutput("mean\(graph.outputs.count)", mean)
            graph.addOutput("variance\(graph.outputs.count)", variance)
            let activated = stream.int(in: 0..<2) == 0 ? y : try y.relu()
            guard x.rank == 4, min(x.shape[1], x.shape[2]) >= 2, stream.int(in: 0..<2) == 0 else {
                return activated
            }
            return try activated.maximumPooling2D(size: Size2D(2))
        case 1:
            let (mean, variance) = try x.moments()
            return try (x - mean) * (variance + 0.1).reciprocalSquareRoot()
        default:
            let variance = try source(channels).square() + 0.2
            return try x.batchNormalization(
                gamma: gamma, beta: beta, mean: source(channels), variance: variance, epsilon: 1e-3)
        }
    }

    mutating func movement() throws -> SymbolicTensor {
        let x = any()
        let sizes = x.shape
        guard x.rank > 0 else { return try x.broadcast(to: shape(2)) }
        let axis = stream.int(in: 0..<x.rank)
        switch stream.int(in: 0..<7) {
        case 0: return try x.flatten().tanh()
        case 1: return try x.transpose(stream.permutation(x.rank)).tanh()
        case 2:
            var other = sizes
            other[axis] = 1 + stream.int(in: 0..<3)
            return try SymbolicTensor.concatenate([x, source(other), x], axis: axis)
        case 3:
            let starts = sizes.map { stream.int(in: 0..<$0) }
            let strides = sizes.map { _ in 1 + stream.int(in: 0..<2) }
            let taken = sizes.indices.map { 1 + (sizes[$0] - starts[$0] - 1) / strides[$0] }
            return try x.slice(starts: starts, sizes: taken, strides: strides)
        case 4:
            let before = sizes.map { _ in stream.int(in: 0..<2) }
            return try x.pad(before: before, after: sizes.map { _ in stream.int(in: 0..<3) }, value: 0.5)
        case 5:
            return try x.expandingDimension(at: axis).broadcast(
                to: sizes.prefix(axis) + [2] + sizes.dropFirst(axis))
        default: return try x.reshape(to: [-1, sizes[x.rank - 1]]).sine()
        }
    }

    mutating func lookup() throws -> SymbolicTensor {
        switch stream.int(in: 0..<6) {
        case 0:
            let table = try any(rank: 2)
            return try table.gather(indices(shape(1 + stream.int(in: 0..<2)), below: table.shape[0]))
        case 1:
            let values = try any(rank: 3)
            let rows = size()
            return try indices([values.shape[0], values.shape[1]], below: rows).scatterAdd(values, rows: rows)
        case 2:
            return try indices(shape(1), below: 5).oneHot(depth: 5)
        case 3:
            let logits = try any(rank: 2)
            return try logits.sparseCategoricalCrossEntropy(
                labels: indices([logits.shape[0]], below: logits.shape[1]))
        case 4:
            let key = input(Tensor(shape: [5], scalars: (0..<5).map { _ in Int32(stream.int(in: -9..<99)) }))
            let kinds: [RandomDistribution] = [
                .uniform(minimum: -1, maximum: 2), .normal(mean: 0.5, standardDeviation: 0.5),
                .bernoulli(probability: 0.3),
            ]
            let x = any()
            let noise = try graph.random(
                kinds[stream.int(in: 0..<3)], shape: x.shape, key: key, stream: stream.nextUInt64())
            return try x * noise
        default:
            let x = any()
            let isFinite = try graph.allFinite([x, any()])
            return try isFinite.select(x * 0.5 + x.stopGradient(), x)
        }
    }
}
