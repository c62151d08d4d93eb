/// Rows and columns at the four edges of an image: what `ZeroPadding2D` adds and `Cropping2D` takes away.
public struct Margins2D: Hashable, Sendable, CustomStringConvertible, ExpressibleByIntegerLiteral {
    /// Rows above the image.
    public let top: Int
    /// Rows below it.
    public let bottom: Int
    /// Columns to its left.
    public let left: Int
    /// Columns to its right.
    public let right: Int

    /// Each edge for itself.
    ///
    /// - Parameters:
    ///   - top: rows above the image, 0 or more.
    ///   - bottom: rows below it, 0 or more.
    ///   - left: columns to its left, 0 or more.
    ///   - right: columns to its right, 0 or more.
    public init(top: Int, bottom: Int, left: Int, right: Int) {
        self.top = top
        self.bottom = bottom
        self.left = left
        self.right = right
    }

    /// The same above and below, and the same on the left and on the right.
    ///
    /// - Parameters:
    ///   - height: rows above, and as many below, 0 or more.
    ///   - width: columns on the left, and as many on the right, 0 or more.
    public init(height: Int, width: Int) {
        self.init(top: height, bottom: height, left: width, right: width)
    }

    /// The same at all four edges: `ZeroPadding2D(1)`.
    public init(integerLiteral value: Int) { self.init(height: value, width: value) }

    /// For example `top 0, bottom 1, left 0, right 1`.
    public var description: String { "top \(top), bottom \(bottom), left \(left), right \(right)" }

    /// Throws for a negative size.
    func requireNotNegative() throws {
        guard min(top, bottom, left, right) >= 0 else {
            throw LayerError("needs margins of 0 or more, got \(self).")
        }
    }
}
