/// An IEEE 754 binary16 in memory. Swift's own `Float16` does not exist on every platform that Thaw runs on.
struct StoredFloat16: StoredElement {
    var bits: UInt16

    static var dtype: DType { .float16 }
    static var isInteger: Bool { false }

    var asDouble: Double {
        let sign: Double = bits & 0x8000 == 0 ? 1 : -1
        let exponent = Int(bits >> 10) & 0x1F
        let fraction = Double(bits & 0x3FF)
        switch exponent {
        case 0: return sign * fraction * 0x1p-24
        case 31: return fraction == 0 ? sign * .infinity : .nan
        default: return sign * Double(sign: .plus, exponent: exponent - 25, significand: 1024 + fraction)
        }
    }

    var asInt64: Int64 { Int64(fromDouble: asDouble) }

    init(fromInt64 value: Int64) { self.init(fromDouble: Double(value)) }

    init(fromDouble value: Double) {
        let sign: UInt16 = value.sign == .minus ? 0x8000 : 0
        let magnitude = value.magnitude
        guard magnitude < 65520 else {  // halfway between the largest half and the next power of two
            bits = value.isNaN ? 0x7E00 : sign | 0x7C00
            return
        }
        if magnitude < 0x1p-14 {
            bits = sign | UInt16((magnitude * 0x1p24).rounded(.toNearestOrEven))
            return
        }
        // A significand that rounds up to 2048 carries into the exponent by itself.
        let exponent = magnitude.exponent
        let significand = (magnitude.significand * 1024).rounded(.toNearestOrEven)
        bits = sign | (UInt16(exponent + 14) << 10 &+ UInt16(significand))
    }
}

/// The upper half of a binary32 in memory.
struct StoredBFloat16: StoredElement {
    var bits: UInt16

    static var dtype: DType { .bfloat16 }
    static var isInteger: Bool { false }

    var asDouble: Double { Double(Float(bitPattern: UInt32(bits) << 16)) }
    var asInt64: Int64 { Int64(fromDouble: asDouble) }

    init(fromInt64 value: Int64) { self.init(fromDouble: Double(value)) }

    init(fromDouble value: Double) {
        let single = Float(value)
        guard !single.isNaN else {
            bits = 0x7FC0
            return
        }
        // Round to nearest, ties to even, by adding just under half of the last kept bit.
        let pattern = single.bitPattern
        bits = UInt16((pattern &+ 0x7FFF &+ (pattern >> 16 & 1)) >> 16)
    }
}
