import ThawGraph
import ThawTensor

extension Graph {
    /// The graph with borders of zeros around images as padding of the convolutions that read them, forwards and in both
    /// gradients: what only convolutions read is then never in memory.
    ///
    /// Run it after differentiation.
    func absorbingBorders() throws(GraphError) -> Graph {
        let source = try eliminatingDeadNodes()
        guard source.nodes.contains(where: { $0.operation is Pad }) else { return self }
        let readers = ValueReaders(source)
        return try GraphRewriter(source).rewrite { (index, inputs) throws(GraphError) in
            switch source.nodes[index].operation {
            case let convolution as Convolution2D:
                guard let border = Border(around: inputs[0]),
                    let padded = border.absorbed(by: convolution, kernelShape: inputs[1].shape)
                else { return nil }
                return try inputs[0].graph.apply(padded, [inputs[0].inputs[0], inputs[1]])
            case let gradient as Convolution2DKernelGradient:
                guard let border = Border(around: inputs[0]),
                    let padded = border.absorbed(by: gradient.convolution, kernelShape: gradient.kernelShape)
                else { return nil }
                let operation = Convolution2DKernelGradient(
                    convolution: padded, kernelShape: gradient.kernelShape)
                return try inputs[0].graph.apply(operation, [inputs[0].inputs[0], inputs[1]])
            case let slice as Slice:
                // The gradient of the border cuts it off again.
                guard let gradient = inputs[0].operation as? Convolution2DInputGradient,
                    readers[source.nodes[index].inputs[0]] == [index],
                    let border = Border(cutOffBy: slice, from: inputs[0].shape),
                    let padded = border.absorbed(
                        by: gradient.convolution, kernelShape: inputs[0].inputs[0].shape)
                else { return nil }
                let operation = Convolution2DInputGradient(
                    convolution: padded, inputShape: source.nodes[index].outputTypes[0].shape)
                return try inputs[0].graph.apply(operation, inputs[0].inputs)
            default: return nil
            }
        }.eliminatingDeadNodes()
    }
}

/// Rows and columns of zeros around images `[n, h, w, c]`.
private struct Border {
    let before: [Int]
    let after: [Int]
    /// The shape of the images inside.
    let image: [Int]

    /// The border that an operation gave, if it gave one of zeros and to rows and columns only.
    init?(around padded: SymbolicTensor) {
        guard let pad = padded.operation as? Pad, pad.value == 0 else { return nil }
        self.init(before: pad.before, after: pad.after, image: padded.inputs[0].shape)
    }

    /// What is cut off, if that is rows and columns only.
    init?(cutOffBy slice: Slice, from shape: [Int]) {
        guard slice.strides.allSatisfy({ $0 == 1 }) else { return nil }
        let after = shape.indices.map { shape[$0] - slice.starts[$0] - slice.sizes[$0] }
        self.init(before: slice.starts, after: after, image: slice.sizes)
    }

    private init?(before: [Int], after: [Int], image: [Int]) {
        guard image.count == 4, image.reduce(1, *) > 0,
            [0, 3].allSatisfy({ before[$0] == 0 && after[$0] == 0 })
        else { return nil }
        (self.before, self.after, self.image) = (before, after, image)
    }

    /// The convolution that pads itself so; nil where it pads already, and where oneDNN's fast implementations would not do
    /// it: half a window is the most, images hold a window, and a depthwise one begins at a step.
    func absorbed(by convolution: Convolution2D, kernelShape: [Int]) -> Convolution2D? {
        let window = convolution.window(kernelShape: kernelShape)
        guard convolution.padding == .valid,
            max(before[1], after[1]) <= window.height / 2, max(before[2], after[2]) <= window.width / 2,
            image[1] >= window.height, image[2] >= window.width
        else { return nil }
        if convolution.groups > 1 {
            guard before[1] <= 1 || before[1].isMultiple(of: convolution.strides.height),
                before[2] <= 1 || before[2].isMultiple(of: convolution.strides.width)
            else { return nil }
        }
        return Convolution2D(
            strides: convolution.strides,
            padding: .explicit(top: before[1], bottom: after[1], left: before[2], right: after[2]),
            dilation: convolution.dilation, groups: convolution.groups)
    }
}
