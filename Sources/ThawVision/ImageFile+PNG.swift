public import ThawFormats
public import ThawTensor

extension ImageFile {
    /// The bytes of a PNG file that holds a picture: 8 bits for each channel, without loss.
    ///
    /// ```swift
    /// try Data(ImageFile.png(of: photo.resizedImage(height: 64, width: 64))).write(to: url)
    /// ```
    ///
    /// Rows are written as differences to the row above (the filter *Up*) and compressed by zlib. The format is the World Wide
    /// Web Consortium's *Portable Network Graphics (PNG) Specification*, second edition, 2003.
    ///
    /// ## Shapes
    /// `uint8 [height, width, 1]` becomes a grey picture, `uint8 [height, width, 3]` one of colours (RGB). Traps for other tensors.
    ///
    /// - Throws: `FormatError` of kind `tooLarge` when there is no memory to compress it.
    public static func png(of image: Tensor) throws(FormatError) -> [UInt8] {
        precondition(
            image.dtype == .uint8 && image.rank == 3 && [1, 3].contains(image.shape[2])
                && (1...Int(Int32.max)).contains(image.shape[0])
                && (1...Int(Int32.max)).contains(image.shape[1]),
            "png: a picture is uint8 [height, width, 1 or 3 channels], not \(image.dtype) \(image.shape)")
        let (height, width, channels) = (image.shape[0], image.shape[1], image.shape[2])
        let colourType: UInt8 = channels == 1 ? 0 : 2
        let head = bigEndian(width) + bigEndian(height) + [8, colourType, 0, 0, 0]
        let rows = try Zlib.compress(
            filteredRows(image, height: height, width: width * channels), file: "the picture")
        guard rows.count <= Int(Int32.max) else {
            throw FormatError(
                .tooLarge, file: "the picture", what: "it is too large for a PNG file",
                expected: "at most 2 GiB")
        }
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", head) + chunk("IDAT", rows)
            + chunk("IEND", [])
    }

    /// Each row with the number of its filter before it.
    private static func filteredRows(_ image: Tensor, height: Int, width: Int) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(height * (width + 1))
        image.withUnsafeBytes { pixels in
            for row in 0..<height {
                result.append(2)
                for place in row * width..<(row + 1) * width {
                    result.append(pixels[place] &- (row > 0 ? pixels[place - width] : 0))
                }
            }
        }
        return result
    }

    private static func chunk(_ name: String, _ contents: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + contents
        return bigEndian(contents.count) + checked + bigEndian(Int(Zlib.checksum(checked)))
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
