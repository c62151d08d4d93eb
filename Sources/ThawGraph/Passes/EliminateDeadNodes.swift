extension Graph {
    /// The graph without nodes on which no output, no assignment and no condition depends. Inputs stay.
    public func eliminatingDeadNodes() throws(GraphError) -> Graph {
        try GraphRewriter(self).rewrite { (_, _) throws(GraphError) in nil }
    }
}
