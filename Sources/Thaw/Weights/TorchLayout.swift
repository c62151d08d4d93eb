import ThawTensor

/// How PyTorch lays out a parameter that is Thaw's in another order of axes.
enum TorchLayout: Equatable {
    case same
    /// `[out, in, h, w]` for `[h, w, in, out]`; of a transposed convolution `[in, out, h, w]` for `[h, w, out, in]`.
    case convolution
    /// `[in * m, 1, h, w]` for `[h, w, in, m]`.
    case depthwise
    /// `[out, in]` for `[in, out]`; where an image `[h, w, c]` was flattened before, PyTorch's rows are those of `[c, h, w]`.
    case matrix(flattened: [Int]?)
    /// A vector along a flattened image `[h, w, c]`.
    case vector(flattened: [Int])
    /// `[c, h, w]` for `[h, w, c]`.
    case image
    /// Slopes, `[c]` or one for all, for shapes such as `[1, 1, c]`.
    case slopes

    /// How PyTorch keeps a parameter.
    ///
    /// - Parameter flattened: the image that was flattened before its layer, if one was.
    init(of target: WeightTarget, flattened: [Int]?) {
        let rank = target.parameter.shape.count
        switch (target.parameter.name, target.layer) {
        case ("kernel", is DepthwiseConv2D), ("depthwise_kernel", is SeparableConv2D): self = .depthwise
        case ("pointwise_kernel", is SeparableConv2D): self = .convolution
        case ("kernel", _) where rank == 4: self = .convolution
        case ("kernel", _) where rank == 2: self = .matrix(flattened: flattened)
        case ("alpha", is PReLU): self = .slopes
        case ("gamma", _) where rank == 3, ("beta", _) where rank == 3: self = .image
        case (_, is Dense): self = .same
        default:
            if rank == 1, let flattened, flattened.reduce(1, *) == target.parameter.shape[0] {
                self = .vector(flattened: flattened)
            } else {
                self = .same
            }
        }
    }

    /// Whether a tensor of `shape` in a file can become one of the shape `wanted`.
    func fits(_ shape: [Int], _ wanted: [Int]) -> Bool {
        switch self {
        case .same, .vector: return shape == wanted
        case .convolution:
            if shape.count == 2, Array(wanted.prefix(2)) == [1, 1] {
                return shape.reversed() == Array(wanted[2...])
            }
            return shape.count == 4 && [shape[2], shape[3], shape[1], shape[0]] == wanted
        case .depthwise: return shape == [wanted[2] * wanted[3], 1, wanted[0], wanted[1]]
        case .matrix:
            // A convolution of 1 x 1 is a product.
            let plain = shape.count == 4 && shape[2...] == [1, 1] ? Array(shape[..<2]) : shape
            return plain.reversed() == wanted
        case .image: return shape.count == 3 && [shape[1], shape[2], shape[0]] == wanted
        case .slopes:
            return shape == [1] || shape == wanted.suffix(1) && !wanted.isEmpty
                || wanted.count == 3 && shape == [wanted[2], wanted[0], wanted[1]]
        }
    }

    /// A tensor of a file in Thaw's layout; `fits` holds.
    func read(_ tensor: Tensor, as wanted: [Int]) -> Tensor {
        switch self {
        case .same: return tensor
        case .convolution:
            return tensor.rank == 2
                ? tensor.transposed().reshaped(to: wanted) : tensor.transposed([2, 3, 1, 0])
        case .depthwise:
            return tensor.reshaped(to: [wanted[2], wanted[3], wanted[0], wanted[1]]).transposed([2, 3, 0, 1])
        case .matrix(let flattened):
            let rows = tensor.reshaped(to: [wanted[1], wanted[0]]).transposed()
            guard let image = flattened else { return rows }
            return rows.reshaped(to: [image[2], image[0], image[1], wanted[1]]).transposed([1, 2, 0, 3])
                .reshaped(to: wanted)
        case .vector(let image):
            return tensor.reshaped(to: [image[2], image[0], image[1]]).transposed([1, 2, 0])
                .reshaped(to: wanted)
        case .image: return tensor.transposed([1, 2, 0])
        case .slopes:
            return tensor.rank == 3 ? tensor.transposed([1, 2, 0]) : tensor.broadcast(to: wanted)
        }
    }

    /// A tensor in PyTorch's layout.
    func written(_ tensor: Tensor) -> Tensor {
        switch self {
        case .same: return tensor
        case .convolution: return tensor.transposed([3, 2, 0, 1])
        case .depthwise:
            let shape = tensor.shape
            return tensor.transposed([2, 3, 0, 1]).reshaped(to: [shape[2] * shape[3], 1, shape[0], shape[1]])
        case .matrix(let flattened):
            guard let image = flattened else { return tensor.transposed() }
            return tensor.reshaped(to: image + [tensor.shape[1]]).transposed([3, 2, 0, 1])
                .reshaped(to: [tensor.shape[1], tensor.shape[0]])
        case .vector(let image): return tensor.reshaped(to: image).transposed([2, 0, 1]).flattened
        case .image: return tensor.transposed([2, 0, 1])
        case .slopes:
            if tensor.shape.dropLast().allSatisfy({ $0 == 1 }) { return tensor.flattened }
            return tensor.rank == 3 ? tensor.transposed([2, 0, 1]) : tensor
        }
    }

    /// PyTorch's names for a parameter of this name.
    static func name(of parameter: Parameter) -> String {
        switch parameter.name {
        case "kernel", "gamma": "weight"
        case "beta": "bias"
        case "alpha" where parameter.layer is PReLU: "weight"
        case "depthwise_kernel": "depthwise/weight"
        case "pointwise_kernel": "pointwise/weight"
        case "bias" where parameter.layer is SeparableConv2D: "pointwise/bias"
        case "moving_mean": "running_mean"
        case "moving_variance": "running_var"
        default: parameter.name
        }
    }
}
