import Testing
import ThawTensor

@testable import Thaw

/// The area under ROC curves against counting pairs.
@Suite struct RankAreaTests {
    /// The share of pairs in order, pair by pair.
    private static func counted(_ scores: [Float], _ isMember: [Bool]) -> Double? {
        var (sum, pairs) = (0.0, 0.0)
        for (member, own) in zip(isMember, scores) where member {
            for (other, score) in zip(isMember, scores) where !other {
                sum += own > score ? 1 : own == score ? 0.5 : 0
                pairs += 1
            }
        }
        return pairs > 0 ? sum / pairs : nil
    }

    @Test(arguments: [1, 2, 5, 40])
    func pairsAreCounted(_ width: Int) throws {
        var stream = RandomStream(seed: UInt64(width))
        let labels = (0..<60).map { _ in stream.int(in: 0..<max(2, width)) }
        // Coarse scores, so that many are equal.
        let values = (0..<60 * width).map { _ in Float(stream.int(in: 0..<7)) / 7 }
        let areas = (0..<width).compactMap { column in
            Self.counted(
                (0..<60).map { values[$0 * width + column] }, labels.map { $0 == (width == 1 ? 1 : column) })
        }
        let expected = areas.reduce(0, +) / Double(areas.count)
        #expect(abs(try #require(RankArea.mean(values, labels, width: width)) - expected) < 1e-12)
    }

    @Test func oneClassAndNoNumbersHaveNoArea() {
        #expect(RankArea.mean([0.1, 0.7], [1, 1], width: 1) == nil)
        #expect(RankArea.mean([0.1, .nan], [0, 1], width: 1) == nil)
        #expect(RankArea.mean([0.1, 0.7], [0, 1], width: 1) == 1)
    }
}
