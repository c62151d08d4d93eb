/// Where a pixel between pixels comes from.
public enum PixelInterpolation: String, Sendable, Hashable, CaseIterable {
    /// The pixel whose centre is nearest; halfway, the one below or to the right.
    case nearest
    /// The mean of the four pixels around, weighted by how near their centres are.
    case bilinear
}
