/// The boxed table of `summary()`, in the widths of Keras 3 on a terminal of 80 columns.
struct SummaryTable {
    private static let widths = [31, 22, 13]
    private var rows: [[[String]]] = []

    /// Adds a layer. Cells that are too wide are broken between words.
    mutating func add(name: String, type: String, shape: String, count: String) {
        let name = name.count > Self.widths[0] ? "\(name.prefix(Self.widths[0] - 1))…" : name
        rows.append([
            Self.lines("\(name) (\(type))", Self.widths[0]), Self.lines(shape, Self.widths[1]),
            Self.lines(count, Self.widths[2]),
        ])
    }

    /// The whole table.
    var text: String {
        var lines = [Self.rule("┏", "━", "┳", "┓")]
        lines += Self.render([["Layer (type)"], ["Output Shape"], ["Param #"]], bar: "┃")
        lines.append(Self.rule("┡", "━", "╇", "┩"))
        for (index, row) in rows.enumerated() {
            if index > 0 { lines.append(Self.rule("├", "─", "┼", "┤")) }
            lines += Self.render(row, bar: "│")
        }
        lines.append(Self.rule("└", "─", "┴", "┘"))
        return lines.joined(separator: "\n")
    }

    private static func rule(_ left: String, _ line: String, _ cross: String, _ right: String) -> String {
        left + widths.map { String(repeating: line, count: $0 + 2) }.joined(separator: cross) + right
    }

    private static func render(_ cells: [[String]], bar: String) -> [String] {
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let texts = cells.enumerated().map { column, lines in
                let text = line < lines.count ? lines[line] : ""
                let space = String(repeating: " ", count: max(0, widths[column] - text.count))
                return column == 2 ? " \(space)\(text) " : " \(text)\(space) "
            }
            return bar + texts.joined(separator: bar) + bar
        }
    }

    /// Breaks text between words, and words that are too long anywhere.
    private static func lines(_ text: String, _ width: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            var word = String(word)
            if !line.isEmpty, line.count + 1 + word.count <= width {
                line += " " + word
                continue
            }
            if !line.isEmpty { lines.append(line) }
            while word.count > width {
                lines.append(String(word.prefix(width)))
                word.removeFirst(width)
            }
            line = word
        }
        return lines + [line]
    }
}
