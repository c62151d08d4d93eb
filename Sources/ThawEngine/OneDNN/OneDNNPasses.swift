import ThawGraph

/// What happens to a graph before it is lowered.
enum OneDNNPasses {
    static func run(on graph: Graph) throws -> Graph {
        graph
    }
}
