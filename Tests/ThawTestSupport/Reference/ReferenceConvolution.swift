import ThawGraph

/// A convolution as a list of the products it adds up; output and both gradients walk the same list.
struct ReferenceConvolution {
    let convolution: Convolution2D

    init(_ convolution: Convolution2D) { self.convolution = convolution }

    func output(_ x: ReferenceValue, _ kernel: ReferenceValue, _ shape: [Int]) -> ReferenceValue {
        var y = ReferenceValue(shape)
        forEachProduct(x.shape, kernel.shape, shape) { y.values[$2] += x.values[$0] * kernel.values[$1] }
        return y
    }

    func inputGradient(_ kernel: ReferenceValue, _ dy: ReferenceValue, _ shape: [Int]) -> ReferenceValue {
        var dx = ReferenceValue(shape)
        forEachProduct(shape, kernel.shape, dy.shape) { dx.values[$0] += kernel.values[$1] * dy.values[$2] }
        return dx
    }

    func kernelGradient(_ x: ReferenceValue, _ dy: ReferenceValue, _ shape: [Int]) -> ReferenceValue {
        var dk = ReferenceValue(shape)
        forEachProduct(x.shape, shape, dy.shape) { dk.values[$1] += x.values[$0] * dy.values[$2] }
        return dk
    }

    /// Calls `body` with the places in x, kernel and y of every product `y += x * kernel`.
    private func forEachProduct(_ x: [Int], _ kernel: [Int], _ y: [Int], _ body: (Int, Int, Int) -> Void) {
        let padding = convolution.resolvedPadding(inputShape: x, kernelShape: kernel)
        let perGroup = y[3] / convolution.groups
        for n in 0..<y[0] {
            for oy in 0..<y[1] {
                for ox in 0..<y[2] {
                    for ky in 0..<kernel[0] {
                        let iy =
                            oy * convolution.strides.height - padding.top + ky * convolution.dilation.height
                        guard (0..<x[1]).contains(iy) else { continue }
                        for kx in 0..<kernel[1] {
                            let ix =
                                ox * convolution.strides.width - padding.left + kx
                                * convolution.dilation.width
                            guard (0..<x[2]).contains(ix) else { continue }
                            for o in 0..<y[3] {
                                let first = o / perGroup * kernel[2]
                                for c in 0..<kernel[2] {
                                    body(
                                        ((n * x[1] + iy) * x[2] + ix) * x[3] + first + c,
                                        ((ky * kernel[1] + kx) * kernel[2] + c) * kernel[3] + o,
                                        ((n * y[1] + oy) * y[2] + ox) * y[3] + o)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

extension ReferenceEvaluator {
    static func pool(_ pooling: Pooling2D, _ x: ReferenceValue, _ shape: [Int]) -> ReferenceValue {
        let values = ReferenceValue.indices(of: shape).map { index -> Double in
            let window = places(pooling, x, index).map { x.values[$0] }
            switch pooling.kind {
            case .maximum: return window.reduce(-.infinity) { function(.maximum, $0, $1) }
            case .average: return window.reduce(0, +) / Double(window.count)
            }
        }
        return ReferenceValue(shape, values)
    }

    static func poolGradient(_ pooling: Pooling2D, _ x: ReferenceValue, _ dy: ReferenceValue)
        -> ReferenceValue
    {
        var dx = ReferenceValue(x.shape)
        for (place, index) in ReferenceValue.indices(of: dy.shape).enumerated() {
            let window = places(pooling, x, index)
            switch pooling.kind {
            case .maximum:
                var best = window[0]
                for candidate in window where x.values[candidate] > x.values[best] { best = candidate }
                dx.values[best] += dy.values[place]
            case .average:
                for each in window { dx.values[each] += dy.values[place] / Double(window.count) }
            }
        }
        return dx
    }

    /// The places in x of the window of an output element, in row order, without padding.
    private static func places(_ pooling: Pooling2D, _ x: ReferenceValue, _ index: [Int]) -> [Int] {
        let padding = pooling.resolvedPadding(inputShape: x.shape)
        var result: [Int] = []
        for row in 0..<pooling.size.height {
            for column in 0..<pooling.size.width {
                let y = index[1] * pooling.strides.height - padding.top + row
                let z = index[2] * pooling.strides.width - padding.left + column
                guard (0..<x.shape[1]).contains(y), (0..<x.shape[2]).contains(z) else { continue }
                result.append(x.place([index[0], y, z, index[3]]))
            }
        }
        return result
    }
}
