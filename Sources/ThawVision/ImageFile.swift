import CImages
public import Foundation
public import ThawFormats
public import ThawTensor

/// Pictures in JPEG and PNG files.
///
/// ```swift
/// let photo = try ImageFile.read(url)  // uint8 [height, width, 3]
/// let small = photo.resizedImage(height: 224, width: 224)
/// ```
///
/// JPEG is decoded by libjpeg-turbo with its defaults (the accurate integer transform, smooth upsampling of colours), PNG by
/// libpng, and the bytes are those that Pillow's `convert("RGB")` gives with the same libraries:
///
/// | stored as | becomes |
/// |---|---|
/// | grey, palette, 1 to 8 bits | the same colours as RGB |
/// | with alpha | the colours without it |
/// | 16 bits | the upper 8; Pillow cuts grey off at 255 instead, which leaves little but white |
/// | CMYK and YCCK | RGB, taken for inverted as Adobe's programs write it |
///
/// Colour profiles and gamma are ignored. The orientation that a camera wrote (EXIF) is honoured, as
/// `PIL.ImageOps.exif_transpose` does. A damaged or truncated file is an error, never a picture with invented parts.
public enum ImageFile {
    /// The most pixels that are decoded unless the caller says otherwise: 178,956,970, where Pillow refuses.
    public static let defaultPixelLimit = 178_956_970

    /// The picture in the file at `url`, `uint8 [height, width, 3]`, RGB.
    ///
    /// - Parameters:
    ///   - url: a JPEG or PNG file; told by its contents, not by its name.
    ///   - pixelLimit: the most pixels that are accepted.
    /// - Throws: `FormatError` when the file cannot be read, is neither JPEG nor PNG, is damaged, truncated, or larger than
    ///   the limit. What the file claims is checked against its real size before memory is allocated for it.
    public static func read(_ url: URL, pixelLimit: Int = defaultPixelLimit) throws(FormatError) -> Tensor {
        try decode(FileBytes.read(path: url.path), pixelLimit: pixelLimit, file: url.path)
    }

    /// The picture in the bytes of a JPEG or PNG file, `uint8 [height, width, 3]`, RGB.
    ///
    /// - Parameters:
    ///   - bytes: the whole file.
    ///   - pixelLimit: the most pixels that are accepted.
    ///   - file: what errors call the file.
    /// - Throws: `FormatError`, as ``read(_:pixelLimit:)``.
    public static func decode(
        _ bytes: [UInt8], pixelLimit: Int = defaultPixelLimit, file: String = "the picture"
    ) throws(FormatError) -> Tensor {
        let codec = try ImageCodec(bytes, file: file)
        var info = thaw_image_info()
        try codec.check(codec.info(bytes, bytes.count, &info), info, file)
        try requirePossible(info, byteCount: bytes.count, pixelLimit: pixelLimit, file: file)
        let shape = [Int(info.height), Int(info.width), 3]
        let image = try Tensor(fillingAllOf: shape, dtype: .uint8) { buffer throws(FormatError) in
            let pixels = buffer.baseAddress?.assumingMemoryBound(to: UInt8.self)
            try codec.check(codec.decode(bytes, bytes.count, pixels, &info), info, file)
        }
        return oriented(image, EXIFOrientation.find(in: bytes, codec))
    }

    /// Checks what the head of a file claims before memory is allocated for it.
    private static func requirePossible(
        _ info: thaw_image_info, byteCount: Int, pixelLimit: Int, file: String
    ) throws(FormatError) {
        let (pixels, overflow) = info.width.multipliedReportingOverflow(by: info.height)
        let size = "\(info.width) x \(info.height)"
        guard info.width > 0, info.height > 0 else {
            throw FormatError(.malformed, file: file, what: "the picture has no pixels")
        }
        guard !overflow, pixels <= pixelLimit else {
            throw FormatError(
                .tooLarge, file: file, what: "the picture is too large",
                expected: "at most \(pixelLimit) pixels", got: size,
                remedy: "Raise pixelLimit if you trust the file")
        }
        guard info.least_bytes <= byteCount else {
            throw FormatError(
                .truncated, file: file,
                what: "\(byteCount) bytes cannot hold the \(size) pixels that the file claims",
                remedy: "Get the file again")
        }
    }

    /// `image`, turned as an EXIF orientation from 1 to 8 says.
    private static func oriented(_ image: Tensor, _ orientation: Int) -> Tensor {
        guard (2...8).contains(orientation) else { return image }
        let (height, width) = (image.shape[0], image.shape[1])
        let shape = orientation >= 5 ? [width, height, 3] : image.shape
        return Tensor(shape: shape, dtype: .uint8) { buffer in
            image.withUnsafeBytes { pixels in
                thaw_image_orient(
                    pixels.baseAddress?.assumingMemoryBound(to: UInt8.self), Int64(height), Int64(width),
                    Int32(orientation), buffer.baseAddress?.assumingMemoryBound(to: UInt8.self))
            }
        }
    }
}
