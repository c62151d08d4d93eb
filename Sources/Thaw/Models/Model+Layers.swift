extension Model {
    /// The layer of this name, or of this path (`block/dense_1`) for one inside a nested model.
    ///
    /// - Throws: `ModelError.noSuchLayer`, with the names there are.
    public final func layer(named name: String) throws -> Layer {
        if let layer = layers.first(where: { self.name(of: $0) == name }) { return layer }
        if let found = sublayerPaths.first(where: { $0.path == name }) { return found.layer }
        throw ModelError.noSuchLayer(model: self.name, name: name, known: layers.map { self.name(of: $0) })
    }

    /// Makes the layers from the named one to the end trainable. Layers before it stay as they are.
    ///
    /// - Parameters:
    ///   - layerName: the name of a layer of this model, or the path of one in a nested model, whose
    ///     layers follow in order.
    ///   - keepingBatchNormalizationFrozen: leaves Batch Normalization as it is: where the layers were
    ///     frozen, it keeps normalising with its moving statistics.
    /// - Throws: `ModelError.noSuchLayer`; nothing is changed then.
    public final func unfreeze(from layerName: String, keepingBatchNormalizationFrozen: Bool = false) throws {
        let first = try layer(named: layerName)
        let all = leaves
        let start = first.leaves.first.flatMap { leaf in all.firstIndex { $0 === leaf } } ?? all.count
        for leaf in all[start...] where !(keepingBatchNormalizationFrozen && leaf is BatchNormalization) {
            leaf.isTrainable = true
        }
    }
}
