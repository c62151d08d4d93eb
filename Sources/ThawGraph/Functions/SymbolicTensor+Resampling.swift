extension SymbolicTensor {
    /// Images `[n, h, w, c]` moved, turned, scaled and sheared, each by a transform of its own; see `AffineResample`.
    ///
    /// - Parameters:
    ///   - transforms: `[n, 6]`: where the pixel in column x and row y of the result comes from, as `(a0 x + a1 y + a2, b0 x + b1 y
    ///     + b2)`.
    ///   - size: the size of the result; that of the images if nil.
    ///   - interpolation: where a pixel between pixels comes from.
    ///   - fill: what lies beyond the edges.
    public func affineResampled(
        _ transforms: SymbolicTensor, size: Size2D? = nil, interpolation: PixelInterpolation = .bilinear,
        fill: FillMode = .constant(0)
    ) throws(GraphError) -> SymbolicTensor {
        let own = rank == 4 ? Size2D(height: shape[1], width: shape[2]) : Size2D(1)
        return try apply(
            AffineResample(size: size ?? own, interpolation: interpolation, fill: fill), transforms)
    }
}
