import ThawGraph

/// What happens to a graph before it is lowered.
enum OneDNNPasses {
    static func run(on graph: Graph) throws(GraphError) -> Graph {
        try graph.foldingBatchNormalization()
            .decomposing { operation in
                operation is BatchNormalization || operation is BatchNormalizationGradient
                    || operation is BatchNormalizationInference
            }
            .eliminatingCommonSubexpressions()
            .eliminatingDeadNodes()
    }
}
