/// What a network without its classifier ends with, if not with an image of features.
public enum FinalPooling: String, Sendable, Hashable, CaseIterable {
    /// The average of each channel.
    case average
    /// The maximum of each channel.
    case maximum
}
