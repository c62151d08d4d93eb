import ThawGraph

/// Checks that the layers for images share.
enum ImageShape {
    /// The number of channels of images `[n, h, w, c]`.
    static func channels(of shape: [Int]) throws -> Int {
        guard shape.count == 4 else {
            throw LayerError(
                "expects images [n, height, width, channels], got \(shape); add an axis with "
                    + "Reshape, channels last."
            )
        }
        return shape[3]
    }

    /// Throws unless all sizes are at least 1.
    static func requirePositive(_ kernel: Size2D, _ strides: Size2D, _ dilation: Size2D) throws {
        for (name, size) in [("kernelSize", kernel), ("strides", strides), ("dilation", dilation)] {
            guard size.height >= 1, size.width >= 1 else {
                throw LayerError("\(name) must be at least 1 x 1, got \(size).")
            }
        }
    }
}
