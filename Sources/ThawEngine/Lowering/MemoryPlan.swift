/// Places storages in the arena so that those whose lifetimes do not meet share bytes.
///
/// Greedy by size: the largest first, each at the lowest free place among those alive at the same time
/// (Pisarchyk and Lee 2020, "Efficient Memory Management for Deep Neural Net Inference").
struct MemoryPlan {
    /// Bytes of the arena that are needed, scratch included.
    private(set) var arenaBytes = 0
    /// Where the steps' common scratch begins.
    private(set) var scratchOffset = 0
    /// The offset of each arena storage.
    private(set) var offsets: [ObjectIdentifier: Int] = [:]

    static let alignment = 64

    init(storages: [Storage], steps: [PlannedStep]) {
        for (number, step) in steps.enumerated() {
            for storage in step.reads + step.writes {
                storage.firstStep = min(storage.firstStep, number)
                storage.lastStep = max(storage.lastStep, number)
            }
        }
        let replaced = Self.replacements(steps)
        var placed: [(storage: Storage, offset: Int)] = []
        let arena = storages.filter { storage in
            guard case .arena = storage.place, replaced[ObjectIdentifier(storage)] == nil else {
                return false
            }
            if storage.isPinned { (storage.firstStep, storage.lastStep) = (0, steps.count) }
            return storage.lastStep >= 0
        }
        let order = arena.indices.sorted { (arena[$0].bytes, $1) > (arena[$1].bytes, $0) }
        for index in order {
            let storage = arena[index]
            let size = Self.aligned(storage.bytes)
            var offset = 0
            for other in placed
            where other.storage.firstStep <= storage.lastStep && storage.firstStep <= other.storage.lastStep {
                if other.offset >= offset + size { break }
                offset = max(offset, other.offset + Self.aligned(other.storage.bytes))
            }
            let position = placed.firstIndex { $0.offset > offset } ?? placed.count
            placed.insert((storage, offset), at: position)
            offsets[ObjectIdentifier(storage)] = offset
            arenaBytes = max(arenaBytes, offset + size)
        }
        for (result, first) in replaced { offsets[result] = offsets[ObjectIdentifier(first)] }
        scratchOffset = arenaBytes
        arenaBytes += Self.aligned(steps.map(\.scratchBytes).max() ?? 0)
    }

    /// The results that take the place of an input whose last reader is the step that makes them, each with the storage that
    /// had the place first. That one then lives as long as they do.
    private static func replacements(_ steps: [PlannedStep]) -> [ObjectIdentifier: Storage] {
        func isFree(_ storage: Storage) -> Bool {
            guard case .arena = storage.place else { return false }
            return !storage.isPinned
        }
        var replaced: [ObjectIdentifier: Storage] = [:]
        for (number, step) in steps.enumerated() {
            guard let (result, input) = step.replacement, isFree(result), isFree(input),
                result.firstStep == number, input.lastStep == number,
                aligned(result.bytes) == aligned(input.bytes)
            else { continue }
            let first = replaced[ObjectIdentifier(input)] ?? input
            replaced[ObjectIdentifier(result)] = first
            first.lastStep = result.lastStep
        }
        return replaced
    }

    static func aligned(_ bytes: Int) -> Int { (bytes + alignment - 1) / alignment * alignment }
}
