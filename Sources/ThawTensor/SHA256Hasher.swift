#if canImport(CryptoKit)
    import CryptoKit
#else
    import COpenSSL
#endif

/// Computes a SHA-256 digest (FIPS 180-4) of bytes that arrive in pieces, with the system's own
/// implementation.
///
/// ```swift
/// var hasher = SHA256Hasher()
/// hasher.update(first)
/// hasher.update(second)
/// let digest = hasher.finalize()
/// ```
public struct SHA256Hasher: ~Copyable {
    #if canImport(CryptoKit)
        private var state = SHA256()
    #else
        private let context: OpaquePointer
    #endif

    /// A hasher that has seen no bytes.
    public init() {
        #if !canImport(CryptoKit)
            guard let context = EVP_MD_CTX_new() else { stop("SHA256Hasher: out of memory") }
            self.context = context
            require(
                EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1,
                "SHA256Hasher: libcrypto offers no SHA-256")
        #endif
    }

    #if !canImport(CryptoKit)
        deinit {
            EVP_MD_CTX_free(context)
        }
    #endif

    /// Adds bytes.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        #if canImport(CryptoKit)
            state.update(bufferPointer: bytes)
        #else
            require(
                EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1,
                "SHA256Hasher: libcrypto refused an update")
        #endif
    }

    /// Adds bytes.
    public mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// The digest of all bytes, as 64 lowercase hexadecimal digits.
    public consuming func finalize() -> String {
        #if canImport(CryptoKit)
            return SHA256Digest.hex(Array(state.finalize()))
        #else
            var digest = [UInt8](repeating: 0, count: 32)
            require(
                EVP_DigestFinal_ex(context, &digest, nil) == 1, "SHA256Hasher: libcrypto refused to finish")
            return SHA256Digest.hex(digest)
        #endif
    }
}

/// SHA-256 digests of bytes at hand.
public enum SHA256Digest {
    /// The digest as 64 lowercase hexadecimal digits.
    public static func hex(of bytes: UnsafeRawBufferPointer) -> String {
        var hasher = SHA256Hasher()
        hasher.update(bytes)
        return hasher.finalize()
    }

    /// The digest as 64 lowercase hexadecimal digits.
    public static func hex(of bytes: [UInt8]) -> String {
        bytes.withUnsafeBytes { hex(of: $0) }
    }

    static func hex(_ digest: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        return String(
            decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
