/// The two checksums of HDF5.
enum HDF5Checksum {
    /// Bob Jenkins's lookup3 (2006), which guards structures.
    static func lookup3(_ bytes: [UInt8], _ range: Range<Int>) -> UInt32 {
        bytes.withUnsafeBufferPointer { lookup3(UnsafeBufferPointer(rebasing: $0[range])) }
    }

    private static func lookup3(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt32 {
        let start = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
        var (a, b, c) = (start, start, start)
        var place = 0
        // The last 1 to 12 bytes are mixed otherwise, so that a block is left over.
        while bytes.count - place > 12 {
            a &+= word(bytes, place, 4)
            b &+= word(bytes, place + 4, 4)
            c &+= word(bytes, place + 8, 4)
            mix(&a, &b, &c)
            place += 12
        }
        let rest = bytes.count - place
        if rest == 0 { return c }
        a &+= word(bytes, place, min(4, rest))
        b &+= word(bytes, place + 4, min(4, max(0, rest - 4)))
        c &+= word(bytes, place + 8, min(4, max(0, rest - 8)))
        c ^= b
        c &-= rotated(b, 14)
        a ^= c
        a &-= rotated(c, 11)
        b ^= a
        b &-= rotated(a, 25)
        c ^= b
        c &-= rotated(b, 16)
        a ^= c
        a &-= rotated(c, 4)
        b ^= a
        b &-= rotated(a, 14)
        c ^= b
        c &-= rotated(b, 24)
        return c
    }

    private static func mix(_ a: inout UInt32, _ b: inout UInt32, _ c: inout UInt32) {
        a &-= c
        a ^= rotated(c, 4)
        c &+= b
        b &-= a
        b ^= rotated(a, 6)
        a &+= c
        c &-= b
        c ^= rotated(b, 8)
        b &+= a
        a &-= c
        a ^= rotated(c, 16)
        c &+= b
        b &-= a
        b ^= rotated(a, 19)
        a &+= c
        c &-= b
        c ^= rotated(b, 4)
        b &+= a
    }

    private static func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
        value << count | value >> (32 - count)
    }

    private static func word(_ bytes: UnsafeBufferPointer<UInt8>, _ place: Int, _ count: Int) -> UInt32 {
        var value: UInt32 = 0
        for index in 0..<count { value |= UInt32(bytes[place + index]) << UInt32(8 * index) }
        return value
    }

    /// Fletcher's checksum of 16-bit words (1982), which guards chunks. The words are big-endian.
    static func fletcher32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
        bytes.withUnsafeBufferPointer { bytes in
            var (first, second): (UInt32, UInt32) = (0, 0)
            var place = 0
            while place < bytes.count {
                // So many that a sum of 32 bits cannot overflow.
                let end = min(bytes.count, place + 720)
                while place < end {
                    let low = place + 1 < bytes.count ? UInt32(bytes[place + 1]) : 0
                    first &+= UInt32(bytes[place]) << 8 | low
                    second &+= first
                    place += 2
                }
                first = first & 0xFFFF + first >> 16
                second = second & 0xFFFF + second >> 16
            }
            first = first & 0xFFFF + first >> 16
            second = second & 0xFFFF + second >> 16
            return second << 16 | first
        }
    }
}
