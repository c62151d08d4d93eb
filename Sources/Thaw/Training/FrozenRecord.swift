/// What a call of `fit` did to what was frozen: the proof that frozen meant frozen, or what moved and why it might.
public struct FrozenRecord: Sendable, Equatable, Codable {
    /// The digest over all that was frozen from the first batch to the last, as `frozenDigest` makes it, before training.
    public let before: String
    /// The same after training.
    public let after: String
    /// How many weights and statistics, as arrays, the digests are over.
    public let parameterCount: Int
    /// The paths of moving statistics of frozen layers that training updated, since these layers' `statistics` is
    /// `.batchUpdating`.
    public let updatedStatistics: [String]
    /// The paths of frozen parameters that a callback assigned while training went on.
    public let assigned: [String]

    /// Whether every bit of what was frozen is what it was.
    public var isUnchanged: Bool { before == after }
}
