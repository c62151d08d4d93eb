#if canImport(CryptoKit)
    import CryptoKit
#else
    import COpenSSL
#endif

/// Computes an MD5 digest (RFC 1321) of bytes that arrive in pieces, with the system's own implementation.
///
/// MD5 tells an interrupted or mistaken download from the right one, and nothing about intent: who wants to can make another file
/// of the same digest. It is here for files of which nothing better was published.
package struct MD5Hasher: ~Copyable {
    #if canImport(CryptoKit)
        private var state = Insecure.MD5()
    #else
        private let context: OpaquePointer
    #endif

    /// A hasher that has seen no bytes; nil where the system refuses to compute MD5, as in FIPS mode.
    package init?() {
        #if !canImport(CryptoKit)
            guard let context = EVP_MD_CTX_new() else { return nil }
            guard EVP_DigestInit_ex(context, EVP_md5(), nil) == 1 else {
                EVP_MD_CTX_free(context)
                return nil
            }
            self.context = context
        #endif
    }

    #if !canImport(CryptoKit)
        deinit {
            EVP_MD_CTX_free(context)
        }
    #endif

    /// Adds bytes.
    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        #if canImport(CryptoKit)
            state.update(bufferPointer: bytes)
        #else
            require(
                EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
                "MD5Hasher: libcrypto refused an update")
        #endif
    }

    /// The digest of all bytes, as 32 lowercase hexadecimal digits.
    package consuming func finalize() -> String {
        #if canImport(CryptoKit)
            return SHA256Digest.hex(Array(state.finalize()))
        #else
            var digest = [UInt8](repeating: 0, count: 16)
            require(EVP_DigestFinal_ex(context, &digest, nil) == 1, "MD5Hasher: libcrypto refused to finish")
            return SHA256Digest.hex(digest)
        #endif
    }
}
