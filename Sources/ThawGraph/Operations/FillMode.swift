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
