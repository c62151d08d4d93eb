import ThawGraph

extension Model {
    /// Prints the layers, their output shapes and numbers of parameters, as Keras prints them.
    public final func summary() { print(summaryText) }

    /// What `summary()` prints. A model that is not built shows `?` for shapes. Where values branch or meet, a
    /// column says what each layer is called on: `name[call][output]`. After the first training step there is a line
    /// for what the optimizer keeps, which the total contains too.
    public final var summaryText: String {
        buildIfShapeIsKnown()
        let shapes = layerOutputShapes()
        let connections = topology.flatMap { $0.isChain ? nil : $0.connectionTexts(names: name(of:)) }
        var table = SummaryTable(hasConnections: connections != nil)
        for (index, layer) in layers.enumerated() {
            let parameters = layer.parameterCount.groupedByThousands
            table.add(
                name: name(of: layer), type: layer.typeName, shape: shapes.map { $0[index] } ?? "?",
                count: layer.hasBuilt ? parameters : "\(parameters) (unbuilt)",
                connections: connections?[index] ?? "")
        }
        let trainable = trainableParameterCount
        let state = optimizer?.stateSize(for: allParameters)
        let total = (
            count: parameterCount + (state?.count ?? 0), bytes: parameterCount * 4 + (state?.bytes ?? 0)
        )
        let text = """
            Model: "\(name)"
            \(table.text)
             Total params: \(Self.size(total.count, bytes: total.bytes))
             Trainable params: \(Self.size(trainable))
             Non-trainable params: \(Self.size(parameterCount - trainable))
            """
        guard let state else { return text }
        return text + "\n Optimizer params: \(Self.size(state.count, bytes: state.bytes))"
    }

    /// The output shape of each layer as text; nil if the model cannot be traced yet.
    package final func layerOutputShapes() -> [String]? {
        var shapes: [ObjectIdentifier: [[Int]]] = [:]
        if let topology {
            for input in topology.inputs { shapes[ObjectIdentifier(input.layer)] = [input.shape] }
            for call in topology.calls { shapes[ObjectIdentifier(call.layer)] = call.outputShapes }
        } else {
            guard hasBuilt, let inputShapes else { return nil }
            let graph = Graph()
            let context = CallContext(graph: graph, mode: .inference)
            let inputs = inputShapes.enumerated().map { graph.input("x\($0)", shape: [1] + $1) }
            guard (try? trace(inputs, context: context)) != nil else { return nil }
            for entry in context.tracer.layerOutputs {
                let key = ObjectIdentifier(entry.layer)
                shapes[key] = shapes[key] ?? entry.outputs.map { Array($0.shape.dropFirst()) }
            }
        }
        return layers.map { layer in
            let texts = (shapes[ObjectIdentifier(layer)] ?? (layer as? Input)?.inputShape.map { [$0] } ?? [])
                .map {
                    let sizes = ["None"] + $0.map { "\($0)" }
                    return "(\(sizes.joined(separator: ", "))\(sizes.count == 1 ? "," : ""))"
                }
            return texts.isEmpty ? "?" : texts.joined(separator: ", ")
        }
    }

    /// A number of float32 parameters with the memory they take, for example `1,010 (3.95 KB)`.
    private static func size(_ count: Int) -> String { size(count, bytes: count * 4) }

    private static func size(_ count: Int, bytes: Int) -> String {
        "\(count.groupedByThousands) (\(bytes.asMemory))"
    }
}

extension Int {
    /// So many bytes as people read them, for example `3.95 KB`.
    var asMemory: String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var size = Double(self)
        var unit = 0
        while size >= 1024, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return "\(size.fixed(2)) \(units[unit])"
    }

    /// For example `12,345`.
    var groupedByThousands: String {
        var digits = "\(magnitude)"
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: digits.index(digits.startIndex, offsetBy: position))
            position -= 3
        }
        return (self < 0 ? "-" : "") + digits
    }
}

extension Double {
    /// With so many decimals, without a locale. For small positive numbers, such as sizes.
    fileprivate func fixed(_ decimals: Int) -> String {
        let scale = (0..<decimals).reduce(1) { product, _ in product * 10 }
        let scaled = Int((self * Double(scale)).rounded(.toNearestOrEven))
        let fraction = "\(scaled % scale)"
        return "\(scaled / scale).\(String(repeating: "0", count: decimals - fraction.count))\(fraction)"
    }
}
