/// The boxed table of `summary()`, in the widths of Keras 3 on a terminal of 80 columns.
struct SummaryTable {
    private let widths: [Int]
    private var rows: [[[String]]] = []

    /// - Parameter hasConnections: whether a column says what each layer is called on.
    init(hasConnections: Bool = false) { widths = hasConnections ? [19, 17, 10, 17] : [31, 22, 13] }

    /// Adds a layer. Cells that are too wide are broken between words.
    mutating func add(name: String, type: String, shape: String, count: String, connections: String = "") {
        let name = name.count > widths[0] ? "\(name.prefix(widths[0] - 1))…" : name
        let cells = ["\(name) (\(type))", shape, count, connections]
        rows.append(zip(cells, widths).map { Self.lines($0, $1) })
    }

    /// The whole table.
    var text: String {
        var lines = [rule("┏", "━", "┳", "┓")]
        lines += render([["Layer (type)"], ["Output Shape"], ["Param #"], ["Connected to"]], bar: "┃")
        lines.append(rule("┡", "━", "╇", "┩"))
        for (index, row) in rows.enumerated() {
            if index > 0 { lines.append(rule("├", "─", "┼", "┤")) }
            lines += render(row, bar: "│")
        }
        lines.append(rule("└", "─", "┴", "┘"))
        return lines.joined(separator: "\n")
    }

    private func rule(_ left: String, _ line: String, _ cross: String, _ right: String) -> String {
        left + widths.map { String(repeating: line, count: $0 + 2) }.joined(separator: cross) + right
    }

    private func render(_ cells: [[String]], bar: String) -> [String] {
        let height = cells.map(\.count).max() ?? 0
        return (0..<height).map { line in
            let texts = cells.prefix(widths.count).enumerated().map { column, lines in
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
