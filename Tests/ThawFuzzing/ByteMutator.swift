public import ThawTensor

/// Changes bytes as damage and malice do: flips, losses, doublings, foreign bytes, large numbers.
public struct ByteMutator {
    private var stream: RandomStream
    private let words: [[UInt8]]

    /// - Parameters:
    ///   - stream: where choices come from.
    ///   - words: bytes that mean something in the format, to be put where they do not belong.
    public init(_ stream: RandomStream, words: [[UInt8]]) {
        self.stream = stream
        self.words = words
    }

    /// A number from 0 to below `count`; 0 if that is less than 1.
    public mutating func pick(_ count: Int) -> Int { stream.pick(count) }

    /// A changed copy.
    public mutating func mutant(of whole: [UInt8]) -> [UInt8] {
        var mutant = whole
        for _ in 0...(pick(2) * pick(5)) where !mutant.isEmpty {
            let place = pick(mutant.count)
            switch pick(9) {
            case 0: mutant[place] = UInt8(pick(256))
            case 1: mutant[place] ^= 1 << UInt8(pick(8))
            case 2: mutant.removeSubrange(place..<min(mutant.count, place + 1 + pick(3)))
            case 3: mutant.insert(UInt8(pick(256)), at: place)
            case 4: mutant.insert(contentsOf: words[pick(words.count)], at: place)
            case 5:
                let word = words[pick(words.count)]
                mutant.replaceSubrange(place..<min(mutant.count, place + word.count), with: word)
            case 6:
                let end = min(mutant.count, place + pick(60))
                mutant.insert(contentsOf: Array(mutant[place..<end]), at: pick(mutant.count))
            case 7:
                // A field of 1, 2, 4 or 8 bytes becomes 0, or as large as it can be.
                let end = min(mutant.count, place + 1 << pick(4))
                for index in place..<end { mutant[index] = pick(2) == 0 ? 0xFF : 0 }
            default: if pick(4) == 0 { mutant.removeSubrange(place...) }
            }
        }
        return mutant
    }

    /// Bytes that mean something in one of the formats.
    public static let words: [[UInt8]] =
        [
            "(", ")", "t", "u", "R", "Q", "b", "]", "}", "e", "a", "h\0", "q\0", "N", "cos\nsystem\n",
            "\u{2e}", "..", "/", "{", "'",
            "(9999999999999999999,)", "<f8", ">i2", "|O", "True", "PK\u{1}\u{2}", "PK\u{3}\u{4}",
            "PK\u{5}\u{6}",
            "PK\u{6}\u{6}", "PK\u{6}\u{7}", "ctorch._utils\n_rebuild_tensor_v2\n",
            "ccollections\nOrderedDict\n",
        ].map { Array($0.utf8) } + [
            [0xFF, 0xFF, 0xFF, 0xFF], [0xFF, 0xFF, 0xFF, 0x7F], [0, 0, 0, 0, 0, 0, 0, 0x10], [0x8A, 8],
            [0x93],
            [0x94], [0x85], [0x81], [0x8A, 8, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F], [0x95],
        ]
}

extension RandomStream {
    /// A number from 0 to below `count`; 0 if that is less than 1.
    public mutating func pick(_ count: Int) -> Int { Int(nextUInt32() % UInt32(max(1, count))) }
}
