import ThawEngine
import ThawGraph
import ThawTensor

/// Computes operations on reference values.
enum ReferenceEvaluator {
    static func evaluate(
        _ operation: any GraphOperation, _ inputs: [ReferenceValue], _ types: [TensorType]
    ) throws -> [ReferenceValue] {
        switch operation {
        case let unary as Unary:
            return [ReferenceValue(inputs[0].shape, inputs[0].values.map { function(unary.kind, $0) })]
        case let binary as Binary:
            let a = inputs[0].broadcast(to: types[0].shape)
            let b = inputs[1].broadcast(to: types[0].shape)
            return [ReferenceValue(a.shape, zip(a.values, b.values).map { function(binary.kind, $0, $1) })]
        case is Select:
            let parts = inputs.map { $0.broadcast(to: types[0].shape) }
            let values = parts[0].values.indices.map { i in
                parts[0].values[i] != 0 ? parts[1].values[i] : parts[2].values[i]
            }
            return [ReferenceValue(types[0].shape, values)]
        case let cast as Cast:
            return [ReferenceValue(inputs[0].shape, inputs[0].values.map { convert($0, cast.dtype) })]
        case is StopGradient:
            return inputs
        case let product as MatrixProduct:
            return [matrixProduct(product, inputs[0], inputs[1], types[0].shape)]
        case let convolution as Convolution2D:
            return [ReferenceConvolution(convolution).output(inputs[0], inputs[1], types[0].shape)]
        case let gradient as Convolution2DInputGradient:
            let reference = ReferenceConvolution(gradient.convolution)
            return [reference.inputGradient(inputs[0], inputs[1], gradient.inputShape)]
        case let gradient as Convolution2DKernelGradient:
            let reference = ReferenceConvolution(gradient.convolution)
            return [reference.kernelGradient(inputs[0], inputs[1], gradient.kernelShape)]
        case let pooling as Pooling2D:
            return [pool(pooling, inputs[0], types[0].shape)]
        case let gradient as Pooling2DGradient:
            return [poolGradient(gradient.pooling, inputs[0], inputs[1])]
        case let reduction as Reduction:
            return [reduce(reduction, inputs[0])]
        case let operation as ArgumentMaximum:
            return [argumentMaximum(operation, inputs[0])]
        default:
            if let result = normalization(operation, inputs) { return result }
            if let result = movement(operation, inputs, types) { return result }
            throw EngineError.unsupportedOperation("the reference engine does not know \(operation.name).")
        }
    }

    static func convert(_ x: Double, _ dtype: DType) -> Double {
        if dtype.isFloatingPoint { return x }
        return dtype == .bool ? (x != 0 ? 1 : 0) : x.rounded(.towardZero)
    }

    static func matrixProduct(
        _ product: MatrixProduct, _ a: ReferenceValue, _ b: ReferenceValue, _ shape: [Int]
    ) -> ReferenceValue {
        let rank = shape.count
        let inner = a.shape[product.transposeA ? rank - 2 : rank - 1]
        var result = ReferenceValue(shape)
        for index in ReferenceValue.indices(of: shape) {
            let batch = Array(index.dropLast(2))
            var sum = 0.0
            for k in 0..<inner {
                let left = product.transposeA ? [k, index[rank - 2]] : [index[rank - 2], k]
                let right = product.transposeB ? [index[rank - 1], k] : [k, index[rank - 1]]
                sum += a[batch + left] * b[batch + right]
            }
            result[index] = sum
        }
        return result
    }

    static func reduce(_ reduction: Reduction, _ x: ReferenceValue) -> ReferenceValue {
        let kept = ReferenceValue(reduction.keptShape(of: x.shape))
        var groups = [[Double]](repeating: [], count: kept.values.count)
        for (place, index) in ReferenceValue.indices(of: x.shape).enumerated() {
            let target = index.indices.map { reduction.axes.contains($0) ? 0 : index[$0] }
            groups[kept.place(target)].append(x.values[place])
        }
        let values = groups.map { group -> Double in
            switch reduction.kind {
            case .sum: group.reduce(0, +)
            case .mean: group.reduce(0, +) / Double(group.count)
            case .maximum: group.reduce(-.infinity) { function(.maximum, $0, $1) }
            case .minimum: group.reduce(.infinity) { function(.minimum, $0, $1) }
            }
        }
        return ReferenceValue(reduction.outputShape(of: x.shape), values)
    }

    static func argumentMaximum(_ operation: ArgumentMaximum, _ x: ReferenceValue) -> ReferenceValue {
        var shape = x.shape
        let size = shape.remove(at: operation.axis)
        let values = ReferenceValue.indices(of: shape).map { index -> Double in
            var best = 0
            for candidate in 1..<max(size, 1) {
                var here = index
                here.insert(candidate, at: operation.axis)
                var there = index
                there.insert(best, at: operation.axis)
                if x[here] > x[there] { best = candidate }
            }
            return Double(best)
        }
        return ReferenceValue(shape, values)
    }
}
