import Testing
import ThawTensor

@Suite struct StableHashTests {
    /// Known answers from the reference implementation by Landon Curt Noll.
    @Test func fnv1a() {
        #expect(StableHash.fnv1a("") == 0xcbf2_9ce4_8422_2325)
        #expect(StableHash.fnv1a("a") == 0xaf63_dc4c_8601_ec8c)
        #expect(StableHash.fnv1a("foobar") == 0x8594_4171_f739_67e8)
    }

    @Test func combinationDependsOnOrder() {
        #expect(StableHash.combine(1, 2) != StableHash.combine(2, 1))
        #expect(StableHash.combine(1, 2) == StableHash.combine(1, 2))
        let all = Set((0..<100).flatMap { first in (0..<100).map { StableHash.combine(first, $0) } })
        #expect(all.count == 10_000)
    }
}
