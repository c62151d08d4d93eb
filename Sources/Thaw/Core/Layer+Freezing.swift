extension Layer {
    /// Whether `fit` trains the layer's weights.
    ///
    /// The flag belongs to leaf layers. A container has none of its own: it is trainable while any of
    /// its leaves is, and setting it sets all of its leaves. A change takes effect at the next training
    /// step, with no `compile` to repeat.
    public final var isTrainable: Bool {
        get {
            let leaves = leaves
            return leaves.isEmpty ? ownsTrainableFlag : leaves.contains { $0.ownsTrainableFlag }
        }
        set {
            ownsTrainableFlag = newValue
            for leaf in leaves { leaf.ownsTrainableFlag = newValue }
        }
    }

    /// Freezes every leaf: weights, statistics and mode stay as they are.
    public final func freeze() { isTrainable = false }

    /// Makes every leaf trainable.
    public final func unfreeze() { isTrainable = true }

    /// The layers without sublayers, in order, each once; a container with parameters of its own is
    /// among them, after the leaves inside it. For a leaf, the layer itself.
    public final var leaves: [Layer] {
        var seen: Set<ObjectIdentifier> = []
        var result: [Layer] = []
        collectLeaves(into: &result, seen: &seen)
        return result
    }

    private func collectLeaves(into result: inout [Layer], seen: inout Set<ObjectIdentifier>) {
        guard seen.insert(ObjectIdentifier(self)).inserted else { return }
        let inside = sublayers
        for layer in inside { layer.collectLeaves(into: &result, seen: &seen) }
        if inside.isEmpty && !(self is Model) || !ownParameters.isEmpty { result.append(self) }
    }
}
