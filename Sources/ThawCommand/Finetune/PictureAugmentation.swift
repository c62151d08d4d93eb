import Thaw
import ThawVision

/// Views of a picture that show the same: mirrored or not, and a part of it in the picture's size.
enum PictureAugmentation {
    /// The least share of the height, and of the width, that is kept.
    static let leastPart: Float = 0.8

    /// Pictures `uint8 [height, width, 3]` in so many views.
    static func views(_ count: Int, of data: Dataset) -> Dataset {
        data.map(random: { picture, label, stream in (view(of: picture, &stream), label) }).views(count)
    }

    /// One view.
    static func view(of picture: Tensor, _ stream: inout RandomStream) -> Tensor {
        let isMirrored = stream.uniform() < 0.5
        let scale = leastPart + (1 - leastPart) * stream.uniform()
        let (height, width) = (picture.shape[0], picture.shape[1])
        let rows = max(1, Int((Float(height) * scale).rounded()))
        let columns = max(1, Int((Float(width) * scale).rounded()))
        let top = stream.int(in: 0..<height - rows + 1)
        let left = stream.int(in: 0..<width - columns + 1)
        let part = picture.cropped(top: top, left: left, height: rows, width: columns)
        return (isMirrored ? part.flippedHorizontally() : part).resizedImage(height: height, width: width)
    }
}
