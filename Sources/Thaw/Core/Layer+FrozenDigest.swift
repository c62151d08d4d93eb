import ThawTensor

extension Layer {
    /// A SHA-256 digest, in hexadecimal, over all weights and statistics of frozen layers: their paths,
    /// shapes and bytes, in the order of the paths. Equal before and after `fit` exactly if nothing
    /// frozen has changed, to the bit.
    ///
    /// Statistics of trainable layers are left out, since they are meant to move. Where no layer with parameters is frozen
    /// there is nothing to prove, and the digest is that of no bytes, `e3b0c44298fc1c14...`: the same for all models. It is so too
    /// before a model is built. Freezing and unfreezing change the digest; compare digests of the same frozen layers.
    public final var frozenDigest: String {
        let frozen = parameterPaths.filter { !($0.parameter.layer?.ownsTrainableFlag ?? true) }
        var hasher = SHA256Hasher()
        for (path, parameter) in frozen.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            hasher.update(Array("\(path)\n\(parameter.shape)\n".utf8))
            parameter.value.withUnsafeBytes { hasher.update($0) }
        }
        return hasher.finalize()
    }
}
