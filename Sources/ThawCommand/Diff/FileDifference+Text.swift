extension FileDifference {
    /// What differs, for the terminal.
    var text: String {
        var lines = ["A: \(a)", "B: \(b)"]
        let changed = parameters.filter { !$0.isEqual }
        if !changed.isEmpty {
            var table = TextTable([
                ("parameter", .left), ("shape", .left), ("differing", .right), ("max |A - B|", .right),
                ("relative", .right), ("", .left),
            ])
            for parameter in changed {
                let files = parameter.frozenIn.joined(separator: " and ")
                table.add([
                    parameter.name, "\(parameter.shape)", "\(parameter.differing) of \(parameter.count)",
                    NumberText.short(parameter.largestDifference),
                    NumberText.short(parameter.relativeDifference),
                    parameter.frozenIn.isEmpty ? "" : "FROZEN in \(files)",
                ])
            }
            lines.append(table.text)
        }
        for other in otherShapes {
            lines.append("other shapes: \(other.name) is \(other.shapes[0]) in A and \(other.shapes[1]) in B")
        }
        if !onlyInA.isEmpty { lines.append("only in A: \(Self.list(onlyInA))") }
        if !onlyInB.isEmpty { lines.append("only in B: \(Self.list(onlyInB))") }
        lines.append(verdict(changed: changed.count))
        let moved = parameters.filter(\.isFrozenAndMoved)
        if !moved.isEmpty {
            lines.append(
                "Frozen layers moved: \(NumberText.count(moved.count, "parameter")) of layers that are frozen in a file "
                    + "differ. A layer that was frozen all the time between A and B would have the same bits."
            )
        }
        return lines.joined(separator: "\n")
    }

    private func verdict(changed: Int) -> String {
        let unit = tolerance.map { "within \(NumberText.short($0))" } ?? "to the bit"
        guard !isEqual else {
            return "The same \(NumberText.count(parameters.count, "parameter")), equal \(unit)."
        }
        var parts =
            parameters.isEmpty
            ? [] : ["\(changed) of \(NumberText.count(parameters.count, "common parameter")) differ"]
        if !otherShapes.isEmpty { parts.append("\(otherShapes.count) of other shapes") }
        if !onlyInA.isEmpty { parts.append("\(onlyInA.count) only in A") }
        if !onlyInB.isEmpty { parts.append("\(onlyInB.count) only in B") }
        return parts.joined(separator: ", ") + "."
    }

    static func list(_ names: [String]) -> String {
        names.isEmpty
            ? "none"
            : names.prefix(12).joined(separator: ", ")
                + (names.count > 12 ? " and \(names.count - 12) more" : "")
    }
}
