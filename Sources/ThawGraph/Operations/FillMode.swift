/// Where a pixel between pixels comes from.
public enum PixelInterpolation: String, Sendable, Hashable, CaseIterable {
    /// The pixel whose centre is nearest; halfway, the one below or to the right.
    case nearest
    /// The mean of the four pixels around, weighted by how near their centres are.
    case bilinear
}

/// What lies beyond the edges of an image; for `a b c d`:
public enum FillMode: Sendable, Hashable {
    /// One value everywhere: `k k k | a b c d | k k k`.
    case constant(Double)
    /// The pixel at the edge: `a a a | a b c d | d d d`.
    case nearest
    /// The image's mirror image, the pixel at the edge too: `c b a | a b c d | d c b`.
    case reflect
    /// The image again: `b c d | a b c d | a b c`.
    case wrap
}
