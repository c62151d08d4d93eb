import Foundation

/// Numbers for people.
enum NumberText {
    /// Five significant digits; whole numbers of a whole type in full.
    static func short(_ value: Double, isWhole: Bool = false) -> String {
        guard value.isFinite else { return value.isNaN ? "nan" : value > 0 ? "inf" : "-inf" }
        if isWhole, value == value.rounded(), abs(value) < 1e18 { return "\(Int(value))" }
        return String(format: "%.5g", value)
    }

    /// For example `12,345`.
    static func grouped(_ value: Int) -> String {
        var digits = "\(value.magnitude)"
        var place = digits.count - 3
        while place > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: place))
            place -= 3
        }
        return (value < 0 ? "-" : "") + digits
    }

    /// A number of things, for example `1 tensor` or `14 tensors`.
    static func count(_ number: Int, _ thing: String) -> String {
        "\(grouped(number)) \(thing)\(number == 1 ? "" : "s")"
    }

    /// For example `307.3 KB`.
    static func bytes(_ count: Int) -> String {
        var size = Double(count)
        var unit = 0
        let units = ["bytes", "KB", "MB", "GB", "TB"]
        while size >= 1024, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return unit == 0 ? "\(count) bytes" : "\(String(format: "%.1f", size)) \(units[unit])"
    }
}
