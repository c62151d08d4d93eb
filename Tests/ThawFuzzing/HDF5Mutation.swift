public import ThawTensor

/// Changes to the bytes of an HDF5 file, more often to its structures than to its data.
public enum HDF5Mutation {
    private static let numbers: [UInt64] = [
        0, 1, 2, 7, 255, 256, 65535, 65536, 1 << 31, 1 << 32 - 1, 1 << 32, 1 << 40, 1 << 60, 1 << 62, 1 << 63,
        .max, .max - 1, .max - 7, UInt64(Int.max),
    ]

    /// Changes a number, a byte, an address or the end of the file.
    public static func apply(to bytes: inout [UInt8], _ stream: inout RandomStream) {
        func pick(_ count: Int) -> Int { Int(stream.nextUInt32() % UInt32(max(1, count))) }
        guard bytes.count > 64 else { return }
        // Structures more often than data: half of the places are where something is that is not zero.
        var place = pick(bytes.count)
        if pick(2) == 0 { for _ in 0..<20 where bytes[place] == 0 { place = pick(bytes.count) } }
        switch pick(9) {
        case 0: bytes[place] ^= 1 << UInt8(pick(8))
        case 1: bytes[place] = UInt8(pick(256))
        case 2: bytes[place] = bytes[place] &+ UInt8(pick(2) == 0 ? 1 : 255)
        case 3, 4: put(numbers[pick(numbers.count)], width: [8, 8, 4, 2][pick(4)], place, &bytes)
        case 5: put(UInt64(pick(bytes.count + 16)), width: [8, 4][pick(2)], place, &bytes)
        case 6:
            // Another number of the file, as an address of another structure.
            let from = pick(bytes.count - 8) & ~7
            put(number(bytes, from), width: 8, place & ~7, &bytes)
        case 7:
            let from = pick(bytes.count)
            let count = min(1 + pick(64), bytes.count - max(from, place))
            bytes.replaceSubrange(place..<place + count, with: Array(bytes[from..<from + count]))
        default:
            if pick(4) == 0 {
                bytes.removeLast(pick(bytes.count))
            } else {
                put(
                    number(bytes, min(place, bytes.count - 8)) &+ UInt64(pick(32)) &- 16, width: 8, place,
                    &bytes)
            }
        }
    }

    private static func number(_ bytes: [UInt8], _ place: Int) -> UInt64 {
        bytes[place..<place + 8].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    }

    private static func put(_ value: UInt64, width: Int, _ place: Int, _ bytes: inout [UInt8]) {
        for offset in 0..<width where place + offset < bytes.count {
            bytes[place + offset] = UInt8(truncatingIfNeeded: value >> UInt64(8 * offset))
        }
    }
}
