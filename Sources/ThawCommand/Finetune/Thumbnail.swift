import Foundation
import Thaw
import ThawVision

/// A small copy of a picture that lies in the page itself. It is made from the decoded pixels, so that nothing of the file, which
/// may be anything, gets into the page.
enum Thumbnail {
    /// The longer side in pixels.
    static let side = 144

    /// The picture of a file as a data URI; nil if it cannot be read any more.
    static func uri(of path: String) -> String? {
        guard let picture = try? ImageFile.read(URL(fileURLWithPath: path)) else { return nil }
        let (height, width) = (picture.shape[0], picture.shape[1])
        let scale = min(1, Double(side) / Double(max(height, width)))
        func size(_ extent: Int) -> Int { max(1, Int((Double(extent) * scale).rounded())) }
        let small = picture.resizedImage(height: size(height), width: size(width))
        guard let bytes = try? ImageFile.png(of: small) else { return nil }
        return "data:image/png;base64,\(Data(bytes).base64EncodedString())"
    }
}
