public import ThawTensor

/// What Monte-Carlo sampling gives: the mean of many predictions with random layers live, and how much they differ.
public struct MonteCarloPrediction: Sendable, Equatable {
    /// The mean over the samples drawn; axis 0 counts the data's samples.
    public let mean: Tensor
    /// The standard deviation over the samples drawn (divided by their number, not by one less), in the same shape: how
    /// uncertain the model is.
    public let deviation: Tensor
    /// How many samples were drawn.
    public let samples: Int
}
