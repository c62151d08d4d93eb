/// Which names of entries are accepted, in archives that are read and in those that are written.
enum ZipName {
    /// What is wrong with `name`, to be put behind it; `nil` when nothing is.
    static func objection(to name: String) -> String? {
        if name.isEmpty { return "has no name" }
        let bytes = Array(name.utf8)
        if bytes.count > 0xFFFF { return "has too long a name" }
        if bytes.contains(where: { $0 < 0x20 || $0 == 0x7F }) { return "has a control character in its name" }
        let isSlash = { (byte: UInt8) in byte == UInt8(ascii: "/") || byte == UInt8(ascii: "\\") }
        if isSlash(bytes[0]) { return "has an absolute name" }
        // A colon alone is no drive: arrays of Keras are called "kernel:0".
        if bytes.count > 2, bytes[1] == UInt8(ascii: ":"), isSlash(bytes[2]) { return "has an absolute name" }
        let parts = bytes.split(omittingEmptySubsequences: false, whereSeparator: isSlash)
        if parts.contains(where: { $0.elementsEqual("..".utf8) }) { return "leaves the archive by .." }
        return nil
    }
}
