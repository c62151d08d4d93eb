import ThawTensor

extension Layer {
    /// A SHA-256 digest, in hexadecimal, over all weights and statistics of frozen layers: their paths,
    /// shapes and bytes, in the order of the paths. Equal before and after `fit` exactly if nothing
    /// frozen has changed, to the bit; `History.frozen` has both.
    ///
    /// Statistics of trainable layers are left out, since they are meant to move. Where no layer with parameters is frozen
    /// there is nothing to prove, and the digest is that of no bytes, `e3b0c44298fc1c14...`: the same for all models. It is so too
    /// before a model is built. Freezing and unfreezing change the digest; compare digests of the same frozen layers.
    public final var frozenDigest: String {
        FrozenDigest.combined(
            parameterPaths.filter(\.parameter.isFrozen).map {
                ($0.path, FrozenDigest.text(of: $0.parameter, path: $0.path))
            })
    }
}

/// Digests of parameters, and one over several of them.
enum FrozenDigest {
    /// Over path, shape and bytes.
    static func text(of parameter: Parameter, path: String) -> String {
        var hasher = SHA256Hasher()
        hasher.update(Array("\(path)\n\(parameter.shape)\n".utf8))
        parameter.value.withUnsafeBytes { hasher.update($0) }
        return hasher.finalize()
    }

    /// Over digests, in the order of the paths.
    static func combined(_ digests: [(path: String, digest: String)]) -> String {
        var hasher = SHA256Hasher()
        for (_, digest) in digests.sorted(by: { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }) {
            hasher.update(Array(digest.utf8))
        }
        return hasher.finalize()
    }
}
