import Foundation

extension Model {
    /// A picture of the model as SVG: a box for each call of a layer, with its shape and number of parameters,
    /// and lines from what it is called on. Frozen layers are blue.
    ///
    /// ```swift
    /// try model.svg().write(to: URL(filePath: "model.svg"), atomically: true, encoding: .utf8)
    /// ```
    public final func svg() -> String {
        buildIfShapeIsKnown()
        let drawing = ModelDrawing(self)
        let arrow = Self.element("path", [("d", "M0 0 L8 4 L0 8 z"), ("fill", "#666")])
        let marker = Self.element(
            "marker",
            [
                ("id", "arrow"), ("viewBox", "0 0 8 8"), ("refX", "8"), ("refY", "4"), ("markerWidth", "8"),
                ("markerHeight", "8"), ("orient", "auto"),
            ], arrow)
        var parts = [Self.element("defs", [], marker)]
        for edge in drawing.edges { parts += Self.line(edge, in: drawing) }
        for box in drawing.boxes { parts += Self.rectangle(box) }
        return Self.element(
            "svg",
            [
                ("xmlns", "http://www.w3.org/2000/svg"), ("width", "\(Int(drawing.width))"),
                ("height", "\(Int(drawing.height))"), ("font-family", "sans-serif"), ("font-size", "12"),
            ], "\n" + parts.joined(separator: "\n") + "\n") + "\n"
    }

    private static func line(_ edge: ModelDrawing.Edge, in drawing: ModelDrawing) -> [String] {
        let (from, to) = (drawing.boxes[edge.from], drawing.boxes[edge.to])
        let start = (x: from.x + from.width / 2, y: from.y + from.height)
        let end = (x: to.x + to.width / 2, y: to.y)
        let bend = max(18, (end.y - start.y) / 2)
        let curve =
            "M\(start.x) \(start.y) C\(start.x) \(start.y + bend) \(end.x) \(end.y - bend) \(end.x) \(end.y)"
        let path = element(
            "path", [("d", curve), ("fill", "none"), ("stroke", "#666"), ("marker-end", "url(#arrow)")])
        guard !edge.label.isEmpty else { return [path] }
        let middle = [
            ("x", "\((start.x + end.x) / 2 + 4)"), ("y", "\((start.y + end.y) / 2)"), ("fill", "#666"),
        ]
        return [path, element("text", middle, MarkupText.escape(edge.label))]
    }

    private static func rectangle(_ box: ModelDrawing.Box) -> [String] {
        let fill = box.isFrozen ? "#dcebfa" : "#fff"
        let rectangle = element(
            "rect",
            [
                ("x", "\(box.x)"), ("y", "\(box.y)"), ("width", "\(box.width)"), ("height", "\(box.height)"),
                ("rx", "5"), ("fill", fill), ("stroke", "#333"),
            ])
        let texts = ([box.title] + box.details).enumerated().map { index, text in
            element(
                "text",
                [
                    ("x", "\(box.x + box.width / 2)"), ("y", "\(box.y + 20 + Double(index) * 15)"),
                    ("text-anchor", "middle"), ("font-weight", index == 0 ? "bold" : "normal"),
                ], MarkupText.escape(text))
        }
        return [rectangle] + texts
    }

    private static func element(_ name: String, _ attributes: [(String, String)], _ content: String = "")
        -> String
    {
        let texts = attributes.map { " \($0)=\"\(MarkupText.escape($1))\"" }
        return content.isEmpty
            ? "<\(name)\(texts.joined())/>" : "<\(name)\(texts.joined())>\(content)</\(name)>"
    }

    /// The model in the language of Graphviz, whose `dot` draws it.
    public final func dot() -> String {
        buildIfShapeIsKnown()
        let drawing = ModelDrawing(self)
        var lines = ["digraph \(name.quotedForDOT) {", "    node [shape=box, fontname=\"sans-serif\"];"]
        for (index, box) in drawing.boxes.enumerated() {
            let label = ([box.title] + box.details).joined(separator: "\n")
            lines.append("    n\(index) [label=\(label.quotedForDOT)];")
        }
        for edge in drawing.edges {
            let label = edge.label.isEmpty ? "" : " [label=\(edge.label.quotedForDOT)]"
            lines.append("    n\(edge.from) -> n\(edge.to)\(label);")
        }
        return (lines + ["}"]).joined(separator: "\n") + "\n"
    }
}

extension String {
    /// As a quoted string of the DOT language.
    fileprivate var quotedForDOT: String {
        let escaped = replacingOccurrences(of: "\\", with: "\\\\").replacingOccurrences(
            of: "\"", with: "\\\"")
        return "\"\(escaped.replacingOccurrences(of: "\n", with: "\\n"))\""
    }
}
