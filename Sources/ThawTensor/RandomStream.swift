import Foundation

/// A reproducible sequence of random numbers, made by ``Philox4x32``.
///
/// A stream is a value named by a seed and a path. The same name gives the same numbers, whatever other
/// streams were used before and on whichever thread:
///
/// ```swift
/// let root = RandomStream(seed: 42)
/// var weights = root.derived("dense_1/kernel")
/// let kernel = weights.normalTensor([784, 300], standardDeviation: 0.05)
/// ```
///
/// The key of the Philox blocks is the seed; the counter's lower half counts blocks, its upper half is the
/// hash of the path.
public struct RandomStream: RandomNumberGenerator, Sendable {
    /// The number that the whole family of derived streams starts from.
    public let seed: UInt64
    /// The hash of the path by which this stream was derived; 0 for the root.
    public let path: UInt64

    private var blockIndex: UInt64 = 0
    private var block: Philox4x32.Block = (0, 0, 0, 0)
    private var usedWords = 4
    private var spareNormal: Float?

    /// The root stream of `seed`.
    public init(seed: UInt64) {
        self.init(seed: seed, path: 0)
    }

    private init(seed: UInt64, path: UInt64) {
        self.seed = seed
        self.path = path
    }

    /// The stream named `name` below this one, at its beginning. How much of this stream was used makes no
    /// difference.
    public func derived(_ name: String) -> RandomStream {
        derived(StableHash.fnv1a(name))
    }

    /// The stream numbered `number` below this one (a step, a sample), at its beginning. How much of this
    /// stream was used makes no difference.
    public func derived(_ number: UInt64) -> RandomStream {
        RandomStream(seed: seed, path: StableHash.combine(path, number))
    }

    /// The next 32 random bits.
    public mutating func nextUInt32() -> UInt32 {
        if usedWords == 4 {
            block = Philox4x32.block(counter: Self.words(blockIndex, path), key: Self.halves(seed))
            blockIndex &+= 1
            usedWords = 0
        }
        usedWords += 1
        return switch usedWords {
        case 1: block.0
        case 2: block.1
        case 3: block.2
        default: block.3
        }
    }

    /// The next 64 random bits, the lower half first.
    public mutating func nextUInt64() -> UInt64 {
        let low = nextUInt32()
        return UInt64(nextUInt32()) << 32 | UInt64(low)
    }

    /// The next 64 random bits, so that a stream can be given to `shuffled(using:)` and its like.
    public mutating func next() -> UInt64 { nextUInt64() }

    /// A number in `[0, 1)`, one of 2^24 equally likely ones.
    public mutating func uniform() -> Float {
        Float(nextUInt32() >> 8) * 0x1p-24
    }

    /// A number from the standard normal distribution, by the method of Box and Muller (1958), which makes
    /// two at a time.
    ///
    /// Magnitudes reach 5.77, since the uniform number behind one is at least 2^-24.
    public mutating func normal() -> Float {
        if let spare = spareNormal {
            spareNormal = nil
            return spare
        }
        // In (0, 1], so that the logarithm is finite.
        let first = Double((nextUInt32() >> 8) + 1) * 0x1p-24
        let second = Double(nextUInt32() >> 8) * 0x1p-24
        let radius = (-2 * log(first)).squareRoot()
        let angle = 2 * Double.pi * second
        spareNormal = Float(radius * sin(angle))
        return Float(radius * cos(angle))
    }

    /// A whole number in `range`, each equally likely. Traps when the range is empty.
    ///
    /// The upper half of a 128-bit product picks the number; the few products that would favour some numbers
    /// are drawn again (D. Lemire, "Fast random integer generation in an interval", 2019).
    public mutating func int(in range: Range<Int>) -> Int {
        require(!range.isEmpty, "RandomStream.int: the range \(range) is empty")
        // The width of a range may exceed Int.max, but not UInt64.max.
        let width = UInt64(bitPattern: Int64(range.upperBound)) &- UInt64(bitPattern: Int64(range.lowerBound))
        let threshold = (0 &- width) % width
        while true {
            let (high, low) = nextUInt64().multipliedFullWidth(by: width)
            if low >= threshold { return range.lowerBound &+ Int(truncatingIfNeeded: high) }
        }
    }

    /// The numbers `0 ..< count` in random order, each order equally likely (Fisher and Yates).
    public mutating func permutation(_ count: Int) -> [Int] {
        require(count >= 0, "RandomStream.permutation: the count \(count) is negative")
        var order = Array(0..<count)
        for last in order.indices.dropFirst().reversed() {
            order.swapAt(last, int(in: 0..<last + 1))
        }
        return order
    }

    private static func halves(_ value: UInt64) -> (UInt32, UInt32) {
        (UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32))
    }

    private static func words(_ low: UInt64, _ high: UInt64) -> Philox4x32.Block {
        let (low, high) = (halves(low), halves(high))
        return (low.0, low.1, high.0, high.1)
    }
}
