/// Decimal numbers in text, independent of the language of the system.
enum DecimalNumber {
    /// No number needs more.
    private static let longest = 400
    private static let powers: [Double] = [
        1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
        1e19,
        1e20, 1e21, 1e22,
    ]

    /// The number nearest to `text`, `-1.5e3`, `nan` or `inf`; nil for anything else, and for numbers too large.
    static func parse(_ text: UnsafeBufferPointer<UInt8>) -> Double? {
        guard !text.isEmpty, text.count <= longest else { return nil }
        var place = 0
        let isNegative = text[0] == UInt8(ascii: "-")
        if isNegative || text[0] == UInt8(ascii: "+") { place = 1 }
        guard place < text.count else { return nil }
        guard isDigit(text[place]) || text[place] == UInt8(ascii: ".") else {
            return word(text[place...], isNegative: isNegative)
        }
        var mantissa: UInt64 = 0
        var digits = 0
        var significant = 0
        var decimals = 0
        var hasPoint = false
        while place < text.count, isDigit(text[place]) || text[place] == UInt8(ascii: ".") && !hasPoint {
            if isDigit(text[place]) {
                digits += 1
                if significant > 0 || text[place] != UInt8(ascii: "0") { significant += 1 }
                if significant <= 19 { mantissa = mantissa * 10 + UInt64(text[place] - UInt8(ascii: "0")) }
                if hasPoint { decimals += 1 }
            } else {
                hasPoint = true
            }
            place += 1
        }
        guard digits > 0 else { return nil }
        var exponent = 0
        if place < text.count {
            guard text[place] | 0x20 == UInt8(ascii: "e"), let value = self.exponent(text[(place + 1)...])
            else {
                return nil
            }
            exponent = value
        }
        // Both factors are exact, so that the product is rounded once (Clinger 1990).
        let scale = exponent - decimals
        if significant <= 15, abs(scale) < powers.count {
            let value = scale < 0 ? Double(mantissa) / powers[-scale] : Double(mantissa) * powers[scale]
            return isNegative ? -value : value
        }
        guard let value = Double(String(decoding: text, as: UTF8.self)), value.isFinite else { return nil }
        return value
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    /// At most six digits with a sign.
    private static func exponent(_ text: Slice<UnsafeBufferPointer<UInt8>>) -> Int? {
        var text = text
        let isNegative = text.first == UInt8(ascii: "-")
        if isNegative || text.first == UInt8(ascii: "+") { text = text.dropFirst() }
        guard !text.isEmpty, text.count <= 6, text.allSatisfy(isDigit) else { return nil }
        let value = text.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        return isNegative ? -value : value
    }

    private static func word(_ text: Slice<UnsafeBufferPointer<UInt8>>, isNegative: Bool) -> Double? {
        switch String(decoding: text, as: UTF8.self).lowercased() {
        case "nan": .nan
        case "inf", "infinity": isNegative ? -.infinity : .infinity
        default: nil
        }
    }
}
