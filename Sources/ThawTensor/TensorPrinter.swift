import Foundation

/// Writes a tensor as NumPy does: nested brackets, aligned columns, the middle left out past 1000 elements.
struct TensorPrinter {
    private static let summaryThreshold = 1000
    private static let edgeCount = 3
    private static let lineWidth = 75

    private let shape: [Int]
    private let strides: [Int]
    private let isAbbreviated: Bool
    private var texts: [Int: String] = [:]
    private var width = 0

    init(_ tensor: Tensor) {
        shape = tensor.shape
        strides = TensorShape.strides(shape)
        isAbbreviated = tensor.count > Self.summaryThreshold
        let offsets = shownOffsets(axis: 0, start: 0)
        let formatted = Self.format(tensor, offsets)
        texts = Dictionary(uniqueKeysWithValues: zip(offsets, formatted))
        width = formatted.map(\.count).max() ?? 0
    }

    /// The whole text; lines after the first begin with `indentation` spaces.
    func text(indentation: Int = 0) -> String {
        if shape.isEmpty { return texts[0] ?? "" }
        return text(axis: 0, start: 0, indentation: indentation)
    }

    /// The shown indices along an axis; `nil` stands for those left out.
    private func shownIndices(_ axis: Int) -> [Int?] {
        let extent = shape[axis]
        guard isAbbreviated && extent > 2 * Self.edgeCount else { return Array(0..<extent) }
        return Array(0..<Self.edgeCount) + [nil] + Array(extent - Self.edgeCount..<extent)
    }

    private func shownOffsets(axis: Int, start: Int) -> [Int] {
        if axis == shape.count { return [start] }
        return shownIndices(axis).compactMap { $0 }.flatMap {
            shownOffsets(axis: axis + 1, start: start + $0 * strides[axis])
        }
    }

    private func text(axis: Int, start: Int, indentation: Int) -> String {
        let indent = String(repeating: " ", count: indentation + axis + 1)
        let indices = shownIndices(axis)
        guard axis == shape.count - 1 else {
            let separator = String(repeating: "\n", count: shape.count - axis - 1) + indent
            let parts = indices.map { index in
                index.map {
                    text(axis: axis + 1, start: start + $0 * strides[axis], indentation: indentation)
                } ?? "..."
            }
            return "[" + parts.joined(separator: separator) + "]"
        }
        var lines: [String] = []
        var line = ""
        for index in indices {
            let part = index.map { padded(texts[start + $0] ?? "") } ?? "..."
            if !line.isEmpty && indent.count + line.count + 1 + part.count > Self.lineWidth {
                lines.append(line)
                line = ""
            }
            line += (line.isEmpty ? "" : " ") + part
        }
        lines.append(line)
        return "[" + lines.joined(separator: "\n" + indent) + "]"
    }

    private func padded(_ text: String) -> String {
        String(repeating: " ", count: width - text.count) + text
    }

    private static func format(_ tensor: Tensor, _ offsets: [Int]) -> [String] {
        switch tensor.dtype {
        case .bool:
            return tensor.read(as: Bool.self) { elements in offsets.map { elements[$0] ? "true" : "false" } }
        case .int32:
            return tensor.read(as: Int32.self) { elements in offsets.map { String(elements[$0]) } }
        case .int64:
            return tensor.read(as: Int64.self) { elements in offsets.map { String(elements[$0]) } }
        case .uint8:
            return tensor.read(as: UInt8.self) { elements in offsets.map { String(elements[$0]) } }
        case .float64:
            return format(tensor.read(as: Double.self) { elements in offsets.map { elements[$0] } })
        case .float32:
            // By way of the shortest text that stands for the same Float: 0.1, not 0.10000000149.
            return format(
                tensor.read(as: Float.self) { elements in
                    offsets.map { Double(elements[$0].description) ?? Double(elements[$0]) }
                })
        case .float16:
            return format(
                tensor.read(as: StoredFloat16.self) { elements in offsets.map { elements[$0].asDouble } })
        case .bfloat16:
            return format(
                tensor.read(as: StoredBFloat16.self) { elements in offsets.map { elements[$0].asDouble } })
        }
    }

    /// At most 8 digits after the point, trailing zeros removed, points aligned; powers of ten when
    /// magnitudes differ much.
    private static func format(_ values: [Double]) -> [String] {
        let magnitudes = values.filter { $0.isFinite && $0 != 0 }.map(\.magnitude)
        let (smallest, greatest) = (magnitudes.min() ?? 1, magnitudes.max() ?? 1)
        let isScientific = greatest >= 1e8 || smallest < 1e-4 || greatest / smallest > 1000
        let parts = values.map { value -> (mantissa: String, exponent: String) in
            guard value.isFinite else { return (value.isNaN ? "nan" : value < 0 ? "-inf" : "inf", "") }
            let text = String(format: isScientific ? "%.8e" : "%.8f", value)
            let pieces = text.split(separator: "e", maxSplits: 1)
            var mantissa = String(pieces.first ?? "")
            while mantissa.hasSuffix("0") { mantissa.removeLast() }
            return (mantissa, pieces.count == 2 ? "e" + pieces[1] : "")
        }
        func fraction(_ mantissa: String) -> Int {
            mantissa.firstIndex(of: ".").map { mantissa.distance(from: $0, to: mantissa.endIndex) - 1 } ?? -1
        }
        let digits = parts.map { fraction($0.mantissa) }.max() ?? 0
        return zip(values, parts).map { value, part in
            guard value.isFinite else { return part.mantissa }
            let missing = digits - fraction(part.mantissa)
            let filler = String(repeating: isScientific ? "0" : " ", count: missing)
            return part.mantissa + filler + part.exponent
        }
    }
}
