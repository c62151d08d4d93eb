extension Model {
    /// The blocks that the layers are made of, by their names, in order; also of models inside.
    ///
    /// A layer's name tells its block: `conv5_block3_1_conv` is in `conv5_block3`, and so are the names of all networks in
    /// `Applications`, of PyTorch's (`layer3.2.conv1`), and those of one's own that contain `block` and a number
    /// (`encoder_block2_dense`). Layers without such a name belong to the block before them; before the first block, to none.
    /// InceptionV3's layers have no such names; there a block ends with `mixed7`, and has its name.
    public final var blocks: [LayerBlock] {
        var blocks: [(name: String, layers: [Layer])] = []
        var unclaimed: [Layer] = []
        for (name, leaf) in namedLeaves {
            if LayerBlock.closesBlock(name) {
                blocks.append((name, unclaimed + [leaf]))
                unclaimed = []
            } else if let block = LayerBlock.name(of: name) {
                if let last = blocks.indices.last, blocks[last].name == block {
                    blocks[last].layers += unclaimed + [leaf]
                } else {
                    if let last = blocks.indices.last { blocks[last].layers += unclaimed }
                    blocks.append((block, [leaf]))
                }
                unclaimed = []
            } else {
                unclaimed.append(leaf)
            }
        }
        if let last = blocks.indices.last { blocks[last].layers += unclaimed }
        return blocks.map { LayerBlock(name: $0.name, layers: $0.layers) }
    }

    /// Makes the last blocks, and all that follows them, trainable. Layers before them stay as they are.
    ///
    /// ```swift
    /// base.freeze()
    /// try base.unfreeze(lastBlocks: 2, keepingBatchNormalizationFrozen: true)
    /// ```
    ///
    /// - Parameters:
    ///   - count: how many of ``blocks``, at least 1.
    ///   - keepingBatchNormalizationFrozen: leaves Batch Normalization as it is: where the layers were frozen, it keeps
    ///     normalising with its moving statistics.
    /// - Throws: `ModelError.blocks` if there are not so many; nothing is changed then.
    public final func unfreeze(lastBlocks count: Int, keepingBatchNormalizationFrozen: Bool = false) throws {
        let blocks = blocks
        guard count >= 1, count <= blocks.count else {
            throw ModelError.blocks(model: name, asked: count, known: blocks.map(\.name))
        }
        for layer in blocks.suffix(count).flatMap(\.layers)
        where !(keepingBatchNormalizationFrozen && layer is BatchNormalization) {
            layer.isTrainable = true
        }
    }

    /// The leaves with their names, each where it occurs first.
    private var namedLeaves: [(name: String, layer: Layer)] {
        var seen: Set<ObjectIdentifier> = []
        return sublayerPaths.compactMap { path, layer in
            guard layer.sublayers.isEmpty, seen.insert(ObjectIdentifier(layer)).inserted else { return nil }
            return (path.split(separator: "/").last.map(String.init) ?? path, layer)
        }
    }
}
