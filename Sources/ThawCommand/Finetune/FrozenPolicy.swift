import ArgumentParser
import Thaw

/// What frozen Batch Normalizations normalise with while the rest is trained.
enum FrozenPolicy: String, Codable, CaseIterable, Sendable, ExpressibleByArgument {
    /// Their moving statistics, which stay: frozen means frozen.
    case automatic
    /// The batch's statistics: Keras 2.1.3 to 2.3.
    case batch
    /// The batch's statistics, and the moving ones follow: Keras before 2.1.3.
    case batchUpdating

    /// The setting of the layers.
    var statistics: BatchNormalization.Statistics {
        switch self {
        case .automatic: .automatic
        case .batch: .batch
        case .batchUpdating: .batchUpdating
        }
    }

    /// Gives all Batch Normalizations of a model the setting.
    func apply(to model: Model) {
        for layer in model.leaves {
            (layer as? BatchNormalization)?.statistics = statistics
        }
    }
}
