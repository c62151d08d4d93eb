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

    init() throws(EngineError) {
        // Some machines limit address space; take what they give.
        for bits in [40, 37, 34, 32] {
            let size = 1 << bits
            let pointer = mmap(nil, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
            if let pointer, pointer != MAP_FAILED {
                base = pointer
                reserved = size
                return
            }
        }
        throw .outOfMemory(
            "cannot reserve 4 GiB of address space for activations; check the limit on virtual memory (ulimit -v)."
        )
    }

    deinit { munmap(base, reserved) }

    /// Makes the first `bytes` bytes usable.
    func ensure(_ bytes: Int) throws(EngineError) {
        guard bytes > committed else { return }
        let granule = 2 << 20
        let (rounded, overflow) = bytes.addingReportingOverflow(granule - 1)
        let wanted = rounded / granule * granule
        guard !overflow, wanted <= reserved, mprotect(base, wanted, PROT_READ | PROT_WRITE) == 0 else {
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
