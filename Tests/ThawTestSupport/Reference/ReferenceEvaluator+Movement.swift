import Foundation
import ThawGraph
import ThawTensor

extension ReferenceEvaluator {
    /// Operations that move elements, and random numbers; nil for others.
    static func movement(
        _ operation: any GraphOperation, _ inputs: [ReferenceValue], _ types: [TensorType]
    ) -> [ReferenceValue]? {
        let x = inputs[0]
        let shape = types[0].shape
        switch operation {
        case is Reshape:
            return [ReferenceValue(shape, x.values)]
        case let operation as Transpose:
            return [
                build(shape) { index in
                    var source = index
                    for (axis, original) in operation.permutation.enumerated() {
                        source[original] = index[axis]
                    }
                    return x[source]
                }
            ]
        case let operation as Concatenate:
            return [concatenate(inputs, operation.axis, shape)]
        case let operation as Slice:
            return [build(shape) { x[source(operation, $0)] }]
        case let operation as SliceGradient:
            var result = ReferenceValue(shape)
            for index in ReferenceValue.indices(of: x.shape) {
                result[source(operation.slice, index)] = x[index]
            }
            return [result]
        case let operation as Pad:
            var result = ReferenceValue(shape, filledWith: operation.value)
            for index in ReferenceValue.indices(of: x.shape) {
                result[zip(index, operation.before).map { $0 + $1 }] = x[index]
            }
            return [result]
        case is BroadcastTo:
            return [x.broadcast(to: shape)]
        case is Gather:
            let width = x.shape.dropFirst().reduce(1, *)
            let values = inputs[1].values.flatMap { position -> [Double] in
                guard position >= 0, Int(position) < x.shape[0] else {
                    return [Double](repeating: .nan, count: width)
                }
                return Array(x.values[Int(position) * width..<(Int(position) + 1) * width])
            }
            return [ReferenceValue(shape, values)]
        case is ScatterAdd:
            let width = shape.dropFirst().reduce(1, *)
            var result = ReferenceValue(shape)
            for (row, position) in x.values.enumerated() where position >= 0 && Int(position) < shape[0] {
                for column in 0..<width {
                    result.values[Int(position) * width + column] += inputs[1].values[row * width + column]
                }
            }
            return [result]
        case let operation as OneHot:
            let values = x.values.flatMap { label in
                (0..<operation.depth).map { Double($0) == label ? 1.0 : 0 }
            }
            return [ReferenceValue(shape, values)]
        case let operation as AffineResample:
            return [ReferenceResampling(operation, x.shape).output(x, inputs[1])]
        case let operation as AffineResampleGradient:
            return [
                ReferenceResampling(operation.resample, operation.inputShape).inputGradient(x, inputs[1])
            ]
        case let operation as Random:
            return [random(operation, x)]
        case is AllFinite:
            return [ReferenceValue([], [inputs.allSatisfy { $0.values.allSatisfy(\.isFinite) } ? 1 : 0])]
        default:
            return nil
        }
    }

    private static func build(_ shape: [Int], _ element: ([Int]) -> Double) -> ReferenceValue {
        ReferenceValue(shape, ReferenceValue.indices(of: shape).map(element))
    }

    private static func source(_ slice: Slice, _ index: [Int]) -> [Int] {
        index.indices.map { slice.starts[$0] + index[$0] * slice.strides[$0] }
    }

    private static func concatenate(_ inputs: [ReferenceValue], _ axis: Int, _ shape: [Int]) -> ReferenceValue
    {
        var result = ReferenceValue(shape)
        var start = 0
        for input in inputs {
            for index in ReferenceValue.indices(of: input.shape) {
                var target = index
                target[axis] += start
                result[target] = input[index]
            }
            start += input.shape[axis]
        }
        return result
    }

    // The definition in `Random`, with float32 where the definition is exact in float32.
    private static func random(_ operation: Random, _ key: ReferenceValue) -> ReferenceValue {
        let words = key.values.map { UInt32(bitPattern: Int32($0)) }
        let low = words[0] ^ UInt32(truncatingIfNeeded: operation.stream)
        let high = words[1] ^ UInt32(truncatingIfNeeded: operation.stream >> 32)
        let rows = operation.shape.first ?? 1
        let columns = operation.shape.dropFirst().reduce(1, *)
        var result = ReferenceValue(operation.shape)
        for row in 0..<rows {
            for column in 0..<columns {
                let block = Philox4x32.block(
                    counter: (UInt32(column / 4), words[3] &+ UInt32(row), words[2], words[4]),
                    key: (low, high))
                let lanes = [block.0, block.1, block.2, block.3]
                result.values[row * columns + column] = number(operation.distribution, lanes, column % 4)
            }
        }
        return result
    }

    private static func number(_ distribution: RandomDistribution, _ lanes: [UInt32], _ lane: Int) -> Double {
        let unit = 1.0 / 16_777_216
        let uniform = Double(lanes[lane] >> 8) * unit
        switch distribution {
        case .uniform(let minimum, let maximum):
            return minimum + uniform * (maximum - minimum)
        case .normal(let mean, let deviation):
            let pair = lane / 2 * 2
            let radius = (-2 * log((Double(lanes[pair] >> 8) + 1) * unit)).squareRoot()
            let angle = 2 * Double.pi * Double(lanes[pair + 1] >> 8) * unit
            return mean + deviation * radius * (lane % 2 == 0 ? cos(angle) : sin(angle))
        case .bernoulli(let probability):
            return Float(uniform) < Float(probability) ? 1 : 0
        }
    }
}
