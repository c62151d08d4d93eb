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
}
