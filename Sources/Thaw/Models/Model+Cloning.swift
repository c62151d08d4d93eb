import ThawTensor

extension Model {
    /// The seed of a clone: another one, but the same each time if this model was given a seed; nil
    /// (fresh) if not.
    final var derivedSeed: UInt64? {
        givenSeed.map { seed in
            var stream = RandomStream(seed: seed).derived("clone")
            return stream.nextUInt64()
        }
    }

    /// A model of the same connections between copies of the layers; a subclass that is made of inputs and outputs says how it is
    /// made of them.
    ///
    /// - Parameter make: makes the model from inputs, outputs and the seed.
    /// - Throws: `ModelError.topology` if this model was not made of inputs and outputs; `ModelError.cannotClone` for a layer
    ///   that does not say how.
    package final func copied<Copy: Model>(
        as make: (_ inputs: [LayerOutput], _ outputs: [LayerOutput], _ seed: UInt64?) throws -> Copy
    ) throws -> Copy {
        try Runtime.$engine.withValue(engine) {
            let (inputs, outputs) = try connections.cloned(names: name(of:))
            return try make(inputs, outputs, derivedSeed)
        }
    }
}
