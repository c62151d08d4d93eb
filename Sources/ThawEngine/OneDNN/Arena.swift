import Foundation
import ThawTensor

/// The memory that all executables of an engine share, since only one runs at a time.
///
/// Address space is reserved once and pages are committed as executables need them, so that the base never moves and
/// every executable can bind absolute addresses when it is compiled.
final class Arena: @unchecked Sendable {
    // Safety: used only on the engine's thread.
    let base: UnsafeMutableRawPointer
    private let reserved: Int
    private(set) var committed = 0

    /// - Parameter limit: how much address space the process may have, in bytes; the system's limit by default. Half of it is
    ///   left to everything else.
    init(limit: UInt64 = Arena.addressSpaceLimit) throws(EngineError) {
        // Some machines limit address space; take what they give.
        for bits in [40, 37, 34, 32, 30, 28] where UInt64(1) << bits <= limit / 2 {
            let size = 1 << bits
            let pointer = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            if let pointer, pointer != MAP_FAILED {
                base = pointer
                reserved = size
                return
            }
        }
        throw .outOfMemory(
            "cannot reserve 256 MiB of address space for activations; raise the limit on virtual memory (ulimit -v)."
        )
    }

    deinit { munmap(base, reserved) }

    /// What `ulimit -v` says, in bytes.
    static var addressSpaceLimit: UInt64 {
        var limit = rlimit()
        return getrlimit(addressSpace, &limit) == 0 ? UInt64(limit.rlim_cur) : .max
    }

    /// Makes the first `bytes` bytes usable.
    func ensure(_ bytes: Int) throws(EngineError) {
        guard bytes > committed else { return }
        let granule = 2 << 20
        let (rounded, overflow) = bytes.addingReportingOverflow(granule - 1)
        let wanted = rounded / granule * granule
        guard !overflow, wanted <= reserved else {
            throw .outOfMemory(
                "\(bytes) bytes of activations do not fit into the \(reserved) bytes of address space that were reserved for them; "
                    + "raise the limit on virtual memory (ulimit -v), or use a smaller batch or a smaller model."
            )
        }
        guard mprotect(base, wanted, PROT_READ | PROT_WRITE) == 0 else {
            throw .outOfMemory(
                "\(bytes) bytes of activations do not fit into memory; use a smaller batch or a smaller model."
            )
        }
        #if os(Linux)
            madvise(base, wanted, MADV_HUGEPAGE)
        #endif
        committed = wanted
    }
}

#if canImport(Glibc)
    private let addressSpace = __rlimit_resource_t(RLIMIT_AS.rawValue)
#else
    private let addressSpace = RLIMIT_AS
#endif
