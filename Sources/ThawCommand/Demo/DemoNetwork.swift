import Thaw

/// The demo's two networks.
enum DemoNetwork {
    /// Model A: five convolutions with Batch Normalization, and a head for the eight classes.
    static func source(seed: UInt64) -> Sequential {
        Sequential(seed: seed, name: "source") {
            Reshape([28, 28, 1], inputShape: [28, 28])
            for (filters, halves) in [(16, false), (16, true), (32, false), (32, true), (64, false)] {
                Conv2D(
                    filters, kernelSize: 3, padding: .same, usesBias: false, kernelInitializer: .heNormal)
                BatchNormalization()
                ReLU()
                if halves { MaxPooling2D(poolSize: 2) }
            }
            GlobalAveragePooling2D()
            Dense(8, activation: .softmax)
        }
    }

    /// Model A's layers, without its head and frozen, under a new head that tells two classes apart.
    ///
    /// - Parameters:
    ///   - source: model A; it stays as it is.
    ///   - behaviour: what the frozen Batch Normalization does in `fit`.
    ///   - seed: where the head's first weights come from.
    static func transfer(
        from source: Sequential, behaviour: FrozenBehaviour, seed: UInt64
    ) throws -> Sequential {
        let originals = source.layers.dropLast()
        let body = Sequential(try originals.map { try $0.clone() }, name: "body")
        let model = Sequential(seed: seed, name: "transfer") {
            body
            Dense(1, activation: .sigmoid, name: "head")
        }
        try model.ensureBuilt()
        for (copy, original) in zip(body.layers, originals) { try copy.copyWeights(from: original) }
        body.freeze()
        for case let layer as BatchNormalization in body.leaves { layer.statistics = behaviour.statistics }
        return model
    }
}
