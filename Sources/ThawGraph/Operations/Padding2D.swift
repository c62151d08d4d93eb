/// A height and a width: of a window, of steps between windows.
public struct Size2D: Hashable, Sendable, CustomStringConvertible {
    /// Along axis 1 of `[n, h, w, c]`.
    public var height: Int
    /// Along axis 2 of `[n, h, w, c]`.
    public var width: Int

    /// Creates a size.
    public init(height: Int, width: Int) {
        self.height = height
        self.width = width
    }

    /// The same in both directions.
    public init(_ both: Int) { self.init(height: both, width: both) }

    /// The largest size of a window, a step or a margin: products of two of them do not overflow.
    static let largest = 1 << 30

    /// Throws if it is larger than anything that could be meant.
    func requireReasonable(_ what: String) throws(GraphError) {
        guard height <= Self.largest, width <= Self.largest else {
            throw GraphError("\(what) of \(self) is too large; at most \(Self.largest) is possible.")
        }
    }

    /// A text for people.
    public var description: String { "\(height) x \(width)" }
}

/// What surrounds an image before windows slide over it.
public enum Padding2D: Hashable, Sendable {
    /// Nothing: windows lie inside.
    case valid
    /// As much as makes the output `ceil(input / stride)`; an odd row or column goes to the bottom or the
    /// right, as in TensorFlow.
    case same
    /// So many rows and columns.
    case explicit(top: Int, bottom: Int, left: Int, right: Int)

    /// The rows and columns on each side.
    ///
    /// - Parameters:
    ///   - input: the size of the image.
    ///   - window: the size of the window, with its dilation: `(size - 1) * dilation + 1`.
    ///   - strides: the steps between windows.
    public func resolved(
        input: Size2D, window: Size2D, strides: Size2D
    ) -> (top: Int, bottom: Int, left: Int, right: Int) {
        switch self {
        case .valid: return (0, 0, 0, 0)
        case .explicit(let top, let bottom, let left, let right): return (top, bottom, left, right)
        case .same:
            let rows = Self.missing(input.height, window.height, strides.height)
            let columns = Self.missing(input.width, window.width, strides.width)
            return (rows / 2, rows - rows / 2, columns / 2, columns - columns / 2)
        }
    }

    private static func missing(_ input: Int, _ window: Int, _ stride: Int) -> Int {
        let output = (input + stride - 1) / stride
        return max((output - 1) * stride + window - input, 0)
    }

    /// How many windows fit in each direction.
    func outputSize(input: Size2D, window: Size2D, strides: Size2D) throws(GraphError) -> Size2D {
        guard strides.height > 0, strides.width > 0 else {
            throw GraphError("strides must be at least 1, got \(strides).")
        }
        try input.requireReasonable("an image")
        try window.requireReasonable("a window")
        try strides.requireReasonable("strides")
        let padding = resolved(input: input, window: window, strides: strides)
        guard min(padding.top, padding.bottom, padding.left, padding.right) >= 0 else {
            throw GraphError(
                "padding must not be negative, got \(self); crop with slice(starts:sizes:) instead.")
        }
        try Size2D(height: max(padding.top, padding.bottom), width: max(padding.left, padding.right))
            .requireReasonable("padding")
        let height = input.height + padding.top + padding.bottom - window.height
        let width = input.width + padding.left + padding.right - window.width
        guard height >= 0, width >= 0 else {
            throw GraphError(
                "a window of \(window) does not fit into an image of \(input) with padding \(self); use a "
                    + "larger image, "
                    + "a smaller window or padding: .same.")
        }
        return Size2D(height: height / strides.height + 1, width: width / strides.width + 1)
    }
}
