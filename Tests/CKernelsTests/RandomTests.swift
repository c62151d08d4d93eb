import CKernels
import Foundation
import Testing

/// Philox 4x32-10, written down once more, plainly (Salmon et al. 2011).
func philox(_ counter: [UInt32], _ key: [UInt32]) -> [UInt32] {
    var c = counter, k = key
    for _ in 0..<10 {
        let a = UInt64(c[0]) * 0xD251_1F53, b = UInt64(c[2]) * 0xCD9E_8D57
        c = [
            UInt32(b >> 32) ^ c[1] ^ k[0], UInt32(truncatingIfNeeded: b), UInt32(a >> 32) ^ c[3] ^ k[1],
            UInt32(truncatingIfNeeded: a),
        ]
        k = [k[0] &+ 0x9E37_79B9, k[1] &+ 0xBB67_AE85]
    }
    return c
}

@Suite struct RandomTests {
    static let state: [Int32] = [123_456_789, -987_654_321, 17, 1_000_000, 3]
    static let stream: UInt64 = 0x0123_4567_89AB_CDEF

    /// The four words of element e's block in row r.
    static func words(_ row: Int, _ element: Int) -> [UInt32] {
        let s = state.map { UInt32(bitPattern: $0) }
        return philox(
            [UInt32(element / 4), s[3] &+ UInt32(row), s[2], s[4]],
            [s[0] ^ UInt32(truncatingIfNeeded: stream), s[1] ^ UInt32(stream >> 32)])
    }

    static func draw(
        _ rows: Int, _ columns: Int, _ distribution: Int, _ p0: Float, _ p1: Float, _ threads: Int
    )
        -> Memory<Float>
    {
        let state = Memory(Self.state), result = Memory<Float>(count: rows * columns)
        var context = thaw_random(
            state: state.pointer, output: result.pointer, rows: Int64(rows), columns: Int64(columns),
            stream: stream,
            p0: p0, p1: p1, distribution: Int32(distribution), threads: Int32(threads))
        thaw_random_run(&context)
        return result
    }

    /// The known answers of the reference implementation (Random123, kat_vectors).
    @Test func referenceVectors() {
        #expect(philox([0, 0, 0, 0], [0, 0]) == [0x6627_E8D5, 0xE169_C58D, 0xBC57_AC4C, 0x9B00_DBD8])
        let ones = UInt32.max
        #expect(
            philox([ones, ones, ones, ones], [ones, ones]) == [
                0x408F_276D, 0x41C8_3B0E, 0xA20B_C7C6, 0x6D54_51FD,
            ])
    }

    @Test(
        arguments: [
            [1, 1], [1, 3], [32, 100], [5, 10], [17, 2], [3, 33], [4, 63], [2, 64], [3, 1023], [1, 65537],
        ],
        [1, 2, 3])
    func agreesWithTheDefinition(_ shape: [Int], _ threads: Int) {
        let (rows, columns) = (shape[0], shape[1])
        var uniform = [Double](), normal = [Double](), bernoulli = [Float]()
        for r in 0..<rows {
            var words = [UInt32]()
            for e in 0..<columns {
                if e % 4 == 0 { words = Self.words(r, e) }
                let u = Double(words[e % 4] >> 8) * 0x1p-24
                uniform.append(-1 + u * 3)
                bernoulli.append(u < 0.25 ? 1 : 0)
                let first = words[e % 4 / 2 * 2], second = words[e % 4 / 2 * 2 + 1]
                let radius = (-2 * log((Double(first >> 8) + 1) * 0x1p-24)).squareRoot()
                let angle = 2 * Double.pi * Double(second >> 8) * 0x1p-24
                normal.append(0.5 + 2 * radius * (e % 2 == 0 ? cos(angle) : sin(angle)))
            }
        }
        let drawn = Self.draw(rows, columns, THAW_UNIFORM, -1, 2, threads)
        #expect(firstDifference(drawn.values, uniform, absolute: 3e-7) == nil && drawn.isIntact)
        let drawnNormal = Self.draw(rows, columns, THAW_NORMAL, 0.5, 2, threads)
        #expect(firstDifference(drawnNormal.values, normal, relative: 1e-6, absolute: 1e-6) == nil)
        #expect(drawnNormal.isIntact)
        let drawnBernoulli = Self.draw(rows, columns, THAW_BERNOULLI, 0.25, 0, threads)
        #expect(drawnBernoulli.values == bernoulli && drawnBernoulli.isIntact)
    }

    @Test func bitsDoNotDependOnThreads() {
        for distribution in [THAW_UNIFORM, THAW_NORMAL, THAW_BERNOULLI] {
            let one = Self.draw(7, 1001, distribution, 0.5, 1, 1),
                three = Self.draw(7, 1001, distribution, 0.5, 1, 3)
            #expect(bits(one.values) == bits(three.values))
        }
    }

    @Test func normalMoments() {
        let values = Self.draw(100, 1000, THAW_NORMAL, 0, 1, 2).values.map { Double($0) }
        let mean = values.reduce(0, +) / 1e5, square = values.reduce(0) { $0 + $1 * $1 } / 1e5
        #expect(abs(mean) < 0.015)
        #expect(abs(square - 1) < 0.02)
    }
}
