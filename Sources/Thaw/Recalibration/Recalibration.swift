public import ThawTensor

/// What a recalibration changed, and how to take it back. See ``Model/recalibrate(on:sourceWeight:batchSize:where:)``.
public final class Recalibration {
    /// The statistics of one layer, before and after.
    public struct Layer {
        /// The layer's path in the model.
        public let path: String
        /// The moving mean before.
        public let oldMean: Tensor
        /// The moving variance before.
        public let oldVariance: Tensor
        /// The moving mean after.
        public internal(set) var newMean: Tensor
        /// The moving variance after.
        public internal(set) var newVariance: Tensor
        let parameters: (mean: Parameter, variance: Parameter)
    }

    /// The layers, in the order of computing.
    public internal(set) var layers: [Layer]
    /// How many samples the new statistics come from.
    public let samples: Int
    /// As how many samples the old statistics counted.
    public let sourceWeight: Double

    init(layers: [Layer], samples: Int, sourceWeight: Double) {
        self.layers = layers
        self.samples = samples
        self.sourceWeight = sourceWeight
    }

    /// Puts the statistics back as they were before, to the bit.
    public func undo() throws {
        for layer in layers {
            try layer.parameters.mean.assign(layer.oldMean)
            try layer.parameters.variance.assign(layer.oldVariance)
        }
    }
}
