/// How Keras numbers the calls of a layer.
extension KerasModelReader {
    /// Keras 2 counts the call that a model inside was made with, which is not in the file: the calls of such a model begin at 1.
    ///
    /// - Parameter ends: the values that are the inputs and outputs of the model around.
    func renumber(_ nodes: inout [Node], of layers: [String: Layer], used ends: [History]) {
        var counts: [String: Int] = [:]
        for node in nodes { counts[node.layer, default: 0] += 1 }
        var bounds: [String: (lowest: Int, highest: Int)] = [:]
        for use in nodes.flatMap(\.inputs) + ends {
            let known = bounds[use.layer] ?? (use.node, use.node)
            bounds[use.layer] = (min(known.lowest, use.node), max(known.highest, use.node))
        }
        for place in nodes.indices {
            let layer = nodes[place].layer
            guard layers[layer] is Model, let (lowest, highest) = bounds[layer] else { continue }
            if lowest > 0, highest == counts[layer] { nodes[place].number += 1 }
        }
    }
}
