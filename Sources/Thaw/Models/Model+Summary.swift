import ThawGraph

extension Model {
    /// Prints the layers, their output shapes and numbers of parameters, as Keras prints them.
    public final func summary() { print(summaryText) }

    /// What `summary()` prints. A model that is not built shows `?` for shapes.
    public final var summaryText: String {
        buildIfShapeIsKnown()
        let shapes = outputShapes()
        var table = SummaryTable()
        for (index, layer) in layers.enumerated() {
            let parameters = layer.parameterCount.groupedByThousands
            table.add(
                name: layer.name, type: layer.typeName, shape: shapes.map { $0[index] } ?? "?",
                count: layer.hasBuilt ? parameters : "\(parameters) (unbuilt)")
        }
        let trainable = trainableParameterCount
        return """
            Model: "\(name)"
            \(table.text)
             Total params: \(Self.size(parameterCount))
             Trainable params: \(Self.size(trainable))
             Non-trainable params: \(Self.size(parameterCount - trainable))
            """
    }

    /// The output shape of each layer as text; nil if the model cannot be traced yet.
    private func outputShapes() -> [String]? {
        guard hasBuilt, let inputShape else { return nil }
        let graph = Graph()
        let context = CallContext(graph: graph, mode: .inference)
        guard (try? trace([graph.input("x", shape: [1] + inputShape)], context: context)) != nil else {
            return nil
        }
        return layers.map { layer in
            let outputs = context.tracer.layerOutputs.first { $0.layer === layer }?.outputs ?? []
            let texts = outputs.map { output in
                let sizes = ["None"] + output.shape.dropFirst().map { "\($0)" }
                return "(\(sizes.joined(separator: ", "))\(sizes.count == 1 ? "," : ""))"
            }
            return texts.isEmpty ? "?" : texts.joined(separator: ", ")
        }
    }

    /// A number of float32 parameters with the memory they take, for example `1,010 (3.95 KB)`.
    private static func size(_ count: Int) -> String {
        let units = ["B", "KB", "MB", "GB", "TB"]
        var size = Double(count) * 4
        var unit = 0
        while size >= 1024, unit < units.count - 1 {
            size /= 1024
            unit += 1
        }
        return "\(count.groupedByThousands) (\(size.fixed(2)) \(units[unit]))"
    }
}

extension Int {
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
