import Testing
import ThawEngine

@Suite struct ExecutableCacheTests {
    /// What an entry says it needs.
    private struct Entry: Equatable {
        var name: String
        var bytes: Int
    }

    private func use(_ cache: ExecutableCache<String, Entry>, _ name: String, _ bytes: Int) -> Bool {
        var isNew = false
        let entry = cache.entry(for: name, bytes: \.bytes) {
            isNew = true
            return Entry(name: name, bytes: bytes)
        }
        #expect(entry.name == name)
        return isNew
    }

    @Test func makesEachOnce() {
        let cache = ExecutableCache<String, Entry>(capacity: 100)
        #expect(use(cache, "a", 40))
        #expect(!use(cache, "a", 40))
        #expect(cache.count == 1 && cache.bytes == 40)
        cache.removeAll()
        #expect(cache.count == 0 && cache.bytes == 0)
        #expect(use(cache, "a", 40))
    }

    @Test func leastRecentlyUsedGoesFirst() {
        let cache = ExecutableCache<String, Entry>(capacity: 100)
        for name in ["a", "b", "c"] { _ = use(cache, name, 30) }
        #expect(!use(cache, "a", 30))
        #expect(use(cache, "d", 30))
        #expect(cache.count == 3 && cache.bytes == 90)
        #expect(!use(cache, "a", 30) && !use(cache, "c", 30) && !use(cache, "d", 30))
        #expect(use(cache, "b", 30), "b was used longest ago")
    }

    @Test func newestStaysEvenIfItIsTooLarge() {
        let cache = ExecutableCache<String, Entry>(capacity: 100)
        _ = use(cache, "a", 30)
        #expect(use(cache, "large", 500))
        #expect(cache.count == 1 && cache.bytes == 500)
        #expect(use(cache, "b", 30))
        #expect(cache.count == 1 && cache.bytes == 30)
    }

    @Test func nothingIsKeptOfWhatFailed() {
        struct Failure: Error {}
        let cache = ExecutableCache<String, Entry>(capacity: -5)
        #expect(cache.capacity == 0)
        #expect(throws: Failure.self) {
            try cache.entry(for: "a", bytes: \.bytes) { () throws(Failure) -> Entry in throw Failure() }
        }
        #expect(cache.count == 0)
        #expect(use(cache, "a", 1))
    }
}
