import CImages
public import ThawTensor

/// How pixels between pixels are made when a picture is resized.
public enum Resampling: Sendable, Hashable, CaseIterable {
    /// The pixel at the place, as it is.
    case nearest
    /// The mean of what lies around, weighted by a triangle.
    case bilinear
    /// Cubic convolution with a = -0.5 (Keys 1981), sharper than ``bilinear``.
    case bicubic

    fileprivate var method: Int32 {
        switch self {
        case .nearest: Int32(THAW_NEAREST)
        case .bilinear: Int32(THAW_BILINEAR)
        case .bicubic: Int32(THAW_BICUBIC)
        }
    }
}

extension Tensor {
    /// A picture in another size, to the bit as Pillow's `Image.resize` makes it.
    ///
    /// Where a picture is reduced, ``Resampling/bilinear`` and ``Resampling/bicubic`` widen their support by the reduction, so
    /// that every pixel counts and nothing flickers. Sums are taken along rows and then along columns (where the height
    /// shrinks much more than the width, the other way round), in fixed point with 22 binary places, and rounded to bytes
    /// after each.
    ///
    /// ## Shapes
    /// `uint8 [h, w, c]` with 1 to 4 channels becomes `uint8 [height, width, c]`. Traps for other tensors and for sizes below 1.
    public func resizedImage(height: Int, width: Int, resampling: Resampling = .bilinear) -> Tensor {
        precondition(
            dtype == .uint8 && rank == 3 && (1...4).contains(shape[2]) && shape[0] > 0 && shape[1] > 0,
            "resizedImage: a picture is uint8 [height, width, 1 to 4 channels], not \(dtype) \(shape)")
        let most = 1 << 30
        precondition(
            height > 0 && width > 0 && [height, width, shape[0], shape[1]].allSatisfy { $0 <= most },
            "resizedImage: sizes are 1 to \(most), not \(shape[0]) x \(shape[1]) and \(height) x \(width)")
        return Tensor(fillingAllOf: [height, width, shape[2]], dtype: .uint8) { buffer in
            let status = withUnsafeBytes { pixels in
                thaw_image_resize(
                    pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), Int64(shape[0]), Int64(shape[1]),
                    Int64(shape[2]), buffer.baseAddress?.assumingMemoryBound(to: UInt8.self), Int64(height),
                    Int64(width), resampling.method)
            }
            precondition(status == 0, "resizedImage: there is no memory for \(shape) to \(height) x \(width)")
        }
    }
}
