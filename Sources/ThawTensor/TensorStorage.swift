/// The memory of a tensor, aligned to 64 bytes (a cache line, and the widest vector register).
///
/// `@unchecked Sendable` holds because the memory is written only while it is filled, before a tensor is made
/// of it, or through a mutating method that has first made sure that its tensor is the only owner (copy on
/// write).
final class TensorStorage: @unchecked Sendable {
    static let alignment = 64

    let base: UnsafeMutableRawPointer
    let byteCount: Int
    /// Keeps the memory, and gives it back with itself; nil for memory of this storage's own.
    private let owner: AnyObject?

    /// Memory with arbitrary contents.
    init(byteCount: Int) {
        self.byteCount = byteCount
        owner = nil
        base = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
    }

    /// A copy of `other`.
    init(copying other: TensorStorage) {
        byteCount = other.byteCount
        owner = nil
        base = .allocate(byteCount: max(byteCount, 1), alignment: Self.alignment)
        base.copyMemory(from: other.base, byteCount: byteCount)
    }

    /// Memory that someone else gives back.
    init(base: UnsafeMutableRawPointer, byteCount: Int, owner: AnyObject) {
        self.base = base
        self.byteCount = byteCount
        self.owner = owner
    }

    deinit {
        if owner == nil { base.deallocate() }
    }

    func fillWithZeros() {
        base.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }
}
