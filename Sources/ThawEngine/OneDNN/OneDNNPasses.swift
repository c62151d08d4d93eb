import ThawGraph

/// What happens to a graph before it is lowered.
enum OneDNNPasses {
    /// The most elements that an elementwise result may have to be shared between a forward and a backward pass.
    private static let largestShared = 4096

    static func run(on graph: Graph) throws(GraphError) -> Graph {
        try graph.absorbingBorders()
            .foldingBatchNormalization()
            .fusingNormalizedPooling()
            .fusingNormalizedActivation()
            .decomposing { operation in
                operation is BatchNormalization || operation is BatchNormalizationGradient
                    || operation is BatchNormalizationInference || operation is RowNormalization
            }
            .eliminatingCommonSubexpressions { node in
                // Arithmetic on large tensors is cheaper done again in the next program than stored for it.
                !Units.isElementwise(node.operation) || node.outputTypes[0].count <= largestShared
            }
            .eliminatingDeadNodes()
    }
}
