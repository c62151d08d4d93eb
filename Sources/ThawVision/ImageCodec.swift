import CImages
import ThawFormats

/// Which library reads a file, told by its first bytes.
enum ImageCodec {
    case jpeg
    case png

    /// - Throws: `FormatError` of kind `unsupported` for other pictures, `malformed` for what is none.
    init(_ bytes: [UInt8], file: String) throws(FormatError) {
        if bytes.starts(with: [0xFF, 0xD8]) {
            self = .jpeg
        } else if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
            self = .png
        } else if bytes.isEmpty {
            throw FormatError(.truncated, file: file, what: "the file is empty")
        } else if let name = Self.otherFormat(bytes) {
            throw FormatError(
                .unsupported, file: file, what: "pictures in the format \(name) are not read",
                remedy: "Convert the file to JPEG or PNG")
        } else {
            throw FormatError(
                .malformed, file: file, what: "this is not a picture", expected: "a JPEG or PNG file",
                got: "a file that begins with "
                    + bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(
                        separator: " "))
        }
    }

    /// The name of a format of pictures that is not read.
    private static func otherFormat(_ bytes: [UInt8]) -> String? {
        func has(_ text: String, at offset: Int = 0) -> Bool {
            bytes.dropFirst(offset).starts(with: Array(text.utf8))
        }
        if has("GIF8") { return "GIF" }
        if has("BM") { return "BMP" }
        if has("RIFF") && has("WEBP", at: 8) { return "WebP" }
        if has("II*\0") || has("MM\0*") { return "TIFF" }
        if has("ftypheic", at: 4) || has("ftypmif1", at: 4) { return "HEIF" }
        if has("ftypavif", at: 4) { return "AVIF" }
        return nil
    }

    private var name: String {
        switch self {
        case .jpeg: "JPEG"
        case .png: "PNG"
        }
    }

    /// Reads the head.
    var info: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<thaw_image_info>?) -> Int32 {
        switch self {
        case .jpeg: thaw_jpeg_info
        case .png: thaw_png_info
        }
    }

    /// Reads the pixels.
    var decode:
        (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<thaw_image_info>?) ->
            Int32
    {
        switch self {
        case .jpeg: thaw_jpeg_decode
        case .png: thaw_png_decode
        }
    }

    /// Throws what a library's status says, with its own words.
    func check(_ status: Int32, _ info: thaw_image_info, _ file: String) throws(FormatError) {
        let words = withUnsafeBytes(of: info.message) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
        }
        let reason = words.isEmpty ? "" : " (\(words))"
        switch Int(status) {
        case THAW_IMAGE_READ: return
        case THAW_IMAGE_TRUNCATED:
            throw FormatError(
                .truncated, file: file, what: "the \(name) file ends too early\(reason)",
                remedy: "Get the file again")
        case THAW_IMAGE_UNSUPPORTED:
            throw FormatError(
                .unsupported, file: file, what: "this kind of \(name) file is not read\(reason)",
                remedy: "Save the picture again as an ordinary JPEG or PNG")
        case THAW_IMAGE_NO_MEMORY:
            throw FormatError(
                .tooLarge, file: file, what: "decoding the \(name) file takes too much memory\(reason)")
        default:
            throw FormatError(
                .malformed, file: file, what: "the \(name) file is damaged\(reason)",
                remedy: "Get the file again")
        }
    }
}
