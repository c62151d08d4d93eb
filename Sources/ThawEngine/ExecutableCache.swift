/// Executables by what they were compiled for, bounded by the memory they need; the least recently used go first.
///
/// Used from one thread at a time.
public final class ExecutableCache<Key: Hashable, Entry> {
    private struct Slot {
        let entry: Entry
        let bytes: Int
        var lastUse: UInt64
    }

    /// The most bytes that all entries together may need. The newest entry is kept even if it alone needs more.
    public let capacity: Int
    private var slots: [Key: Slot] = [:]
    private var clock: UInt64 = 0

    /// Creates a cache.
    ///
    /// - Parameter capacity: in bytes, at least 0; 1 GiB by default.
    public init(capacity: Int = 1 << 30) {
        self.capacity = max(0, capacity)
    }

    /// The bytes that the entries need now.
    public var bytes: Int { slots.values.reduce(0) { $0 + $1.bytes } }

    /// The number of entries.
    public var count: Int { slots.count }

    /// The entry for `key`, made by `make` if it is not there; `bytes` says how much memory a new one needs.
    public func entry<Failure: Error>(
        for key: Key, bytes: (Entry) -> Int, make: () throws(Failure) -> Entry
    ) throws(Failure) -> Entry {
        clock += 1
        if let slot = slots[key] {
            slots[key]?.lastUse = clock
            return slot.entry
        }
        let entry = try make()
        slots[key] = Slot(entry: entry, bytes: bytes(entry), lastUse: clock)
        evict(keeping: key)
        return entry
    }

    /// Forgets everything.
    public func removeAll() { slots.removeAll() }

    private func evict(keeping newest: Key) {
        var total = bytes
        while total > capacity {
            let others = slots.filter { $0.key != newest }
            guard let oldest = others.min(by: { $0.value.lastUse < $1.value.lastUse }) else { return }
            total -= oldest.value.bytes
            slots[oldest.key] = nil
        }
    }
}
