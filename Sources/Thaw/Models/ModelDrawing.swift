/// Where the layers of a model go in a picture: from the inputs at the top to the outputs at the bottom, each
/// below everything it depends on.
struct ModelDrawing {
    /// A layer in the picture.
    struct Box {
        let title: String
        let details: [String]
        let isFrozen: Bool
        var x = 0.0
        var y = 0.0
        var width = 0.0
        var height: Double { Double(details.count) * 15 + 30 }
    }

    /// A connection between boxes, with the mode it is pinned to, if any.
    struct Edge {
        let from: Int
        let to: Int
        let label: String
    }

    private(set) var boxes: [Box] = []
    private(set) var edges: [Edge] = []
    private(set) var width = 0.0
    private(set) var height = 0.0

    init(_ model: Model) {
        var rows: [Int] = []
        if let topology = try? model.connections {
            var places: [LayerOutput: Int] = [:]
            for input in topology.inputs {
                places[input] = boxes.count
                rows.append(0)
                boxes.append(Self.box(topology.inputLayer(of: input), in: model, shapes: [input.shape]))
            }
            for call in topology.calls {
                let box = boxes.count
                rows.append((call.inputs.compactMap { places[$0] }.map { rows[$0] }.max() ?? -1) + 1)
                boxes.append(Self.box(call.layer, in: model, shapes: call.outputShapes))
                for output in call.outputs { places[output] = box }
                for input in call.inputs {
                    guard let from = places[input] else { continue }
                    edges.append(
                        Edge(from: from, to: box, label: call.mode.map { "always \($0.rawValue)" } ?? ""))
                }
            }
        } else {
            for (index, layer) in model.layers.enumerated() {
                boxes.append(Self.box(layer, in: model, shapes: []))
                rows.append(index)
                if index > 0 { edges.append(Edge(from: index - 1, to: index, label: "")) }
            }
        }
        place(inRows: rows)
    }

    private static func box(_ layer: Layer, in model: Model, shapes: [[Int]]) -> Box {
        var details = [layer.configurationDescription].filter { !$0.isEmpty }
        details += shapes.map { "[\((["n"] + $0.map(String.init)).joined(separator: ", "))]" }
        let count = layer.parameterCount
        let isFrozen = count > 0 && !layer.isTrainable
        if count > 0 {
            let noun = count == 1 ? "parameter" : "parameters"
            details.append("\(count.groupedByThousands) \(noun)\(isFrozen ? ", frozen" : "")")
        }
        return Box(
            title: "\(model.name(of: layer)) (\(layer.typeName))", details: details, isFrozen: isFrozen)
    }

    /// Rows of boxes, each row in the middle; a box stands near the mean of what it depends on.
    private mutating func place(inRows rows: [Int]) {
        let gap = 24.0
        let count = (rows.max() ?? -1) + 1
        var members = [[Int]](repeating: [], count: count)
        for (box, row) in rows.enumerated() {
            members[row].append(box)
            let longest = ([boxes[box].title.count + 1] + boxes[box].details.map(\.count)).max() ?? 0
            boxes[box].width = Double(longest) * 7 + 20
        }
        let widths = members.map { $0.reduce(-gap) { $0 + boxes[$1].width + gap } }
        width = (widths.max() ?? 0) + 2 * gap
        var sources = [[Int]](repeating: [], count: boxes.count)
        for edge in edges { sources[edge.to].append(edge.from) }
        var y = gap
        for (row, var boxesInRow) in members.enumerated() {
            func wish(_ box: Int) -> Double {
                let from = sources[box]
                guard !from.isEmpty else { return width / 2 }
                return from.reduce(0) { $0 + boxes[$1].x + boxes[$1].width / 2 } / Double(from.count)
            }
            let wishes = Dictionary(uniqueKeysWithValues: boxesInRow.map { ($0, wish($0)) })
            boxesInRow.sort { (wishes[$0, default: 0], $0) < (wishes[$1, default: 0], $1) }
            var x = (width - widths[row]) / 2
            for box in boxesInRow {
                boxes[box].x = x
                boxes[box].y = y
                x += boxes[box].width + gap
            }
            y += (boxesInRow.map { boxes[$0].height }.max() ?? 0) + 36
        }
        height = max(y - 36, 0) + gap
    }
}
