public import Foundation

/// Where `fit` keeps what frozen layers make of each sample.
///
/// A model's frozen prefix is everything that depends on no trainable parameter, no batch statistic and no live random layer. It gives
/// a sample the same numbers in every epoch, so `fit` computes them once, for training and validation data, and trains what comes after
/// on them. The weights come out the same, to rounding. Data with random maps has no such numbers, and is computed anew as ever.
///
/// Whatever changes a parameter or a statistic of the prefix, or which layers are frozen (a callback that loads or unfreezes), drops
/// what was kept: the epoch goes on with the whole model, and the next one starts with the prefix as it is then.
public enum FeatureCache: Sendable, Hashable {
    /// In memory, up to a quarter of the machine's, or of its container's; in a file of the system's temporary folder beyond that.
    case automatic
    /// Nowhere: every step runs the whole model.
    case off
    /// In a file of a folder. It has no name there and is gone when `fit` ends, however it ends.
    case disk(URL)

    /// Where as many bytes go; nil for memory.
    func folder(for byteCount: Int) -> URL? {
        switch self {
        case .automatic, .off:
            byteCount > MemoryLimit.bytes / 4
                ? FileManager.default.temporaryDirectory : nil
        case .disk(let folder): folder
        }
    }
}
