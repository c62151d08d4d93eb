import Thaw

/// What a frozen Batch Normalization does in `fit`, in the three ways that Keras had over the years.
enum FrozenBehaviour: String, Codable, CaseIterable, Sendable {
    /// Normalises with the batch's statistics and lets the moving ones follow: Keras before 2.1.3.
    case batchUpdating
    /// Normalises with the batch's statistics and keeps the moving ones: Keras 2.1.3 to 2.3.
    case batch
    /// Normalises with the moving statistics and keeps them: frozen means frozen.
    case moving

    /// The setting of the layers.
    var statistics: BatchNormalization.Statistics {
        switch self {
        case .batchUpdating: .batchUpdating
        case .batch: .batch
        case .moving: .moving
        }
    }

    /// Who behaves like this.
    var origin: String {
        switch self {
        case .batchUpdating: "Keras before 2.1.3"
        case .batch: "Keras 2.1.3 to 2.3"
        case .moving: "Thaw; the fix"
        }
    }

    /// What a frozen layer does, in a few words.
    var summary: String {
        switch self {
        case .batchUpdating: "batch statistics, and the moving ones are updated"
        case .batch: "batch statistics, the moving ones are kept"
        case .moving: "moving statistics, kept: as in inference"
        }
    }
}
