/// Hashes that are the same in every process, on every machine and in every version, unlike `Hasher`. Not for
/// secrets.
public enum StableHash {
    /// The 64-bit FNV-1a hash of the text's UTF-8 bytes (Fowler, Noll and Vo).
    public static func fnv1a(_ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in text.utf8 {
            hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3
        }
        return hash
    }

    /// One hash made of two, which depends on their order.
    ///
    /// The sum is spread over all bits by the finaliser of SplitMix64 (G. Steele, D. Lea and C. Flood, "Fast
    /// splittable pseudorandom number generators", OOPSLA 2014).
    public static func combine(_ first: UInt64, _ second: UInt64) -> UInt64 {
        mix(mix(first &+ 0x9E37_79B9_7F4A_7C15) &+ second)
    }

    private static func mix(_ value: UInt64) -> UInt64 {
        var value = value
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
