import ThawGraph

/// A call of a Batch Normalization in a trace.
struct NormalizationCall {
    /// The layer's path in the model.
    let path: String
    let layer: BatchNormalization
    /// What it normalises.
    let input: SymbolicTensor
    /// How many normalizations its input depends on, one after the other.
    let level: Int

    /// The calls among what layers computed, in the order of computing.
    static func all(in records: [Tracer.LayerOutput], of graph: Graph) -> [NormalizationCall] {
        let levels = Self.levels(of: graph)
        return records.compactMap { record in
            guard let layer = record.layer as? BatchNormalization, let input = record.inputs.first else {
                return nil
            }
            return NormalizationCall(
                path: record.path, layer: layer, input: input, level: levels[input.value.node])
        }
    }

    /// For each node how many normalizations lie before it, itself among them, on the longest way.
    private static func levels(of graph: Graph) -> [Int] {
        var levels: [Int] = []
        for node in graph.nodes {
            let isOne =
                node.operation is BatchNormalizationInference
                || node.operation is ThawGraph.BatchNormalization
            let before = node.inputs.map { levels[$0.node] }.max() ?? 0
            levels.append(before + (isOne ? 1 : 0))
        }
        return levels
    }
}
