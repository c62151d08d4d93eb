/// The counter-based random function Philox-4x32 with 10 rounds.
///
/// It turns a counter and a key into 128 random bits; there is no state. So the numbers for step 7, layer
/// `dense`, sample 3 can be computed by any thread at any time, and are always the same.
///
/// J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC
/// 2011.
public enum Philox4x32 {
    /// Four 32-bit words.
    public typealias Block = (UInt32, UInt32, UInt32, UInt32)

    private static let rounds = 10
    private static let multipliers: (UInt32, UInt32) = (0xD251_1F53, 0xCD9E_8D57)
    /// What each round adds to the key: the fractions of the golden ratio and of the square root of 3.
    private static let weyl: (UInt32, UInt32) = (0x9E37_79B9, 0xBB67_AE85)

    /// The 128 random bits that belong to `counter` under `key`.
    public static func block(counter: Block, key: (UInt32, UInt32)) -> Block {
        var (state, key) = (counter, key)
        for _ in 0..<rounds {
            let first = multipliers.0.multipliedFullWidth(by: state.0)
            let second = multipliers.1.multipliedFullWidth(by: state.2)
            state = (second.high ^ state.1 ^ key.0, second.low, first.high ^ state.3 ^ key.1, first.low)
            key = (key.0 &+ weyl.0, key.1 &+ weyl.1)
        }
        return state
    }
}
