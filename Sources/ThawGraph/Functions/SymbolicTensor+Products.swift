extension SymbolicTensor {
    /// The product of matrices `[m, k]` and `[k, n]`, or `[b, m, k]` and `[b, k, n]`; see `MatrixProduct`.
    public func matmul(
        _ other: SymbolicTensor, transposeA: Bool = false, transposeB: Bool = false
    ) throws(GraphError) -> SymbolicTensor {
        try apply(MatrixProduct(transposeA: transposeA, transposeB: transposeB), other)
    }

    /// A convolution of images `[n, h, w, c]` with a kernel `[kh, kw, c / groups, o]`; see `Convolution2D`.
    public func convolution2D(
        _ kernel: SymbolicTensor, strides: Size2D = Size2D(1), padding: Padding2D = .valid,
        dilation: Size2D = Size2D(1), groups: Int = 1
    ) throws(GraphError) -> SymbolicTensor {
        try apply(
            Convolution2D(strides: strides, padding: padding, dilation: dilation, groups: groups), kernel)
    }

    /// A convolution of each channel by itself: images `[n, h, w, c]`, kernel `[kh, kw, c, m]`, result `[n,
    /// oh, ow, c * m]`, where input channel i makes output channels `i * m` to `i * m + m - 1`.
    public func depthwiseConvolution2D(
        _ kernel: SymbolicTensor, strides: Size2D = Size2D(1), padding: Padding2D = .valid,
        dilation: Size2D = Size2D(1)
    ) throws(GraphError) -> SymbolicTensor {
        let sizes = kernel.shape
        guard rank == 4, sizes.count == 4, sizes[2] == shape[3] else {
            throw GraphError(
                "expects images [n, h, w, c] and a kernel [kh, kw, c, multiplier], got \(shape) and "
                    + "\(sizes); "
                    + "the kernel's axis 2 must be the number of channels.",
                operation: "DepthwiseConvolution2D", scope: graph.scope)
        }
        let flat = try kernel.reshape(to: [sizes[0], sizes[1], 1, sizes[2] * sizes[3]])
        return try convolution2D(
            flat, strides: strides, padding: padding, dilation: dilation, groups: sizes[2])
    }

    /// A transposed convolution: the gradient of a convolution with respect to its input, which makes
    /// images of `outputShape`.
    ///
    /// - Parameters:
    ///   - kernel: `[kh, kw, o, c]`, where c is the number of channels of this tensor and o of the result.
    ///   - outputShape: `[n, h, w, o]`; a convolution of such images with these settings must give this
    ///     tensor's shape.
    ///   - strides: how far the window moves, along the height and the width.
    ///   - padding: how the borders are padded.
    ///   - dilation: the distance between a filter's elements.
    public func transposedConvolution2D(
        _ kernel: SymbolicTensor, outputShape: [Int], strides: Size2D = Size2D(1),
        padding: Padding2D = .valid,
        dilation: Size2D = Size2D(1)
    ) throws(GraphError) -> SymbolicTensor {
        let convolution = Convolution2D(strides: strides, padding: padding, dilation: dilation)
        return try kernel.apply(
            Convolution2DInputGradient(convolution: convolution, inputShape: outputShape), self)
    }

    /// The maximum of windows of images `[n, h, w, c]`; the strides are the size unless given.
    public func maximumPooling2D(
        size: Size2D, strides: Size2D? = nil, padding: Padding2D = .valid
    ) throws(GraphError) -> SymbolicTensor {
        try apply(Pooling2D(kind: .maximum, size: size, strides: strides ?? size, padding: padding))
    }

    /// The average of windows of images `[n, h, w, c]`, padding not counted; the strides are the size
    /// unless given.
    public func averagePooling2D(
        size: Size2D, strides: Size2D? = nil, padding: Padding2D = .valid
    ) throws(GraphError) -> SymbolicTensor {
        try apply(Pooling2D(kind: .average, size: size, strides: strides ?? size, padding: padding))
    }

    /// The mean over height and width of `[n, h, w, c]`.
    public func globalAveragePooling2D(keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor {
        try checkImages("GlobalAveragePooling2D")
        return try mean(axes: [1, 2], keepingDimensions: keepingDimensions)
    }

    /// The maximum over height and width of `[n, h, w, c]`.
    public func globalMaximumPooling2D(keepingDimensions: Bool = false) throws(GraphError) -> SymbolicTensor {
        try checkImages("GlobalMaximumPooling2D")
        return try max(axes: [1, 2], keepingDimensions: keepingDimensions)
    }

    private func checkImages(_ operation: String) throws(GraphError) {
        guard rank == 4 else {
            throw GraphError(
                "expects images [n, h, w, c], got \(shape); add the missing axes with reshape(to:).",
                operation: operation, scope: graph.scope)
        }
    }
}
