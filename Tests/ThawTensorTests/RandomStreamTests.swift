import Testing
import ThawTensor

@Suite struct RandomStreamTests {
    @Test func rootStreamIsTheSequenceOfBlocks() {
        var stream = RandomStream(seed: 0)
        let first = (0..<4).map { _ in stream.nextUInt32() }
        #expect(first == [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8])
        let second = Philox4x32.block(counter: (1, 0, 0, 0), key: (0, 0))
        #expect(stream.nextUInt64() == UInt64(second.1) << 32 | UInt64(second.0))
    }

    @Test func seedFillsBothKeyWords() {
        var stream = RandomStream(seed: 0x1122_3344_5566_7788)
        #expect(
            stream.nextUInt32() == Philox4x32.block(counter: (0, 0, 0, 0), key: (0x5566_7788, 0x1122_3344)).0)
    }

    @Test func derivedStreamsDependOnNamesAlone() {
        var root = RandomStream(seed: 7)
        var before = root.derived("dense/kernel")
        _ = root.normalTensor([100])
        var after = root.derived("dense/kernel")
        #expect(before.nextUInt64() == after.nextUInt64())
        var other = root.derived("dense/bias")
        var numbered = root.derived(3)
        var nested = root.derived("dense").derived("kernel")
        var reseeded = RandomStream(seed: 8).derived("dense/kernel")
        var fresh = root.derived("dense/kernel")
        let firsts = [
            other.nextUInt64(), numbered.nextUInt64(), nested.nextUInt64(), reseeded.nextUInt64(),
            fresh.nextUInt64(),
        ]
        #expect(Set(firsts).count == firsts.count)
    }

    @Test func uniformNumbersFillTheInterval() {
        var stream = RandomStream(seed: 1)
        let numbers = (0..<20_000).map { _ in Double(stream.uniform()) }
        #expect(numbers.allSatisfy { $0 >= 0 && $0 < 1 })
        let mean = numbers.reduce(0, +) / 20_000
        // The standard error is 0.002.
        #expect((mean - 0.5).magnitude < 0.01)
        for tenth in 0..<10 {
            let share = numbers.filter { Int($0 * 10) == tenth }.count
            #expect((share - 2000).magnitude < 200)
        }
    }

    @Test func normalNumbersHaveTheRightMoments() {
        var stream = RandomStream(seed: 2)
        let numbers = (0..<20_000).map { _ in Double(stream.normal()) }
        func moment(_ power: Int) -> Double {
            numbers.map { number in (0..<power).reduce(1) { product, _ in product * number } }.reduce(0, +)
                / 20_000
        }
        #expect(moment(1).magnitude < 0.03)
        #expect((moment(2) - 1).magnitude < 0.05)
        #expect(moment(3).magnitude < 0.12)
        #expect((moment(4) - 3).magnitude < 0.35)
        #expect(numbers.allSatisfy { $0.isFinite })
    }

    @Test func wholeNumbersAreEquallyLikely() {
        var stream = RandomStream(seed: 3)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<14_000 { counts[stream.int(in: -3..<4) + 3] += 1 }
        #expect(counts.allSatisfy { ($0 - 2000).magnitude < 200 })
        #expect(stream.int(in: 5..<6) == 5)
        for _ in 0..<100 {
            // A range wider than Int.max.
            #expect((Int.min..<Int.max).contains(stream.int(in: Int.min..<Int.max)))
        }
    }

    @Test func permutations() {
        var stream = RandomStream(seed: 4)
        let order = stream.permutation(100)
        #expect(order.sorted() == Array(0..<100))
        #expect(order != Array(0..<100))
        #expect(stream.permutation(0) == [])
        #expect(stream.permutation(1) == [0])
        var counts: [[Int]: Int] = [:]
        for _ in 0..<6000 { counts[stream.permutation(3), default: 0] += 1 }
        #expect(counts.count == 6)
        #expect(counts.values.allSatisfy { ($0 - 1000).magnitude < 150 })
    }

    @Test func worksWithTheStandardLibrary() {
        var (first, second) = (RandomStream(seed: 5), RandomStream(seed: 5))
        #expect((0..<20).shuffled(using: &first) == (0..<20).shuffled(using: &second))
    }

    @Test func emptyRangeStopsTheProgram() async {
        await #expect(processExitsWith: .failure) {
            var stream = RandomStream(seed: 0)
            _ = stream.int(in: 3..<3)
        }
    }
}
