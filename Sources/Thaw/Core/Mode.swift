/// How a model is called. An argument of each call, never stored in a layer.
public enum Mode: String, Sendable, Hashable, CaseIterable {
    /// As in `fit`: Batch Normalization may use the batch's statistics, Dropout drops.
    case training
    /// As in `predict`: moving statistics, nothing dropped, nothing written.
    case inference
}

/// Which random layers (Dropout, noise) are live in a call.
public enum LiveRandomness: String, Sendable, Hashable, CaseIterable {
    /// Trainable random layers in training mode. A frozen random layer runs as in inference: frozen
    /// means frozen.
    case automatic
    /// No random layer, whatever the mode.
    case none
    /// Every random layer, whatever the mode and whether frozen: Monte-Carlo dropout.
    case all
}
