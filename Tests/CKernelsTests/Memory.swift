import CKernels

/// Aligned memory with guard elements behind it, so that a test sees a write past the end.
///
/// It is never freed: kernels' contexts hold bare pointers, which would not keep an owner alive.
final class Memory<Element: BitwiseCopyable & Equatable> {
    let pointer: UnsafeMutablePointer<Element>
    let count: Int
    private let guardValue: Element
    private static var guards: Int { 32 }

    init(_ values: [Element], guardValue: Element) {
        count = values.count
        self.guardValue = guardValue
        let bytes = (values.count + Self.guards) * MemoryLayout<Element>.stride
        pointer = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
            .bindMemory(to: Element.self, capacity: values.count + Self.guards)
        for (index, value) in values.enumerated() { (pointer + index).initialize(to: value) }
        for index in 0..<Self.guards { (pointer + values.count + index).initialize(to: guardValue) }
    }

    var values: [Element] { Array(UnsafeBufferPointer(start: pointer, count: count)) }

    var isIntact: Bool { (0..<Self.guards).allSatisfy { pointer[count + $0] == guardValue } }
}

extension Memory where Element == Float {
    convenience init(_ values: [Float]) { self.init(values, guardValue: -12345) }
    convenience init(count: Int) { self.init([Float](repeating: -777, count: count)) }
}

extension Memory where Element == Int32 {
    convenience init(_ values: [Int32]) { self.init(values, guardValue: -12345) }
    convenience init(count: Int) { self.init([Int32](repeating: -777, count: count)) }
}

extension Memory where Element == UInt8 {
    convenience init(_ values: [UInt8]) { self.init(values, guardValue: 173) }
    convenience init(count: Int) { self.init([UInt8](repeating: 7, count: count)) }
}

/// Scratch memory of exactly the size a kernel asked for, with guards.
func scratch(bytes: Int) -> Memory<UInt8> { Memory<UInt8>(count: bytes) }

/// Reproducible values for tests (SplitMix64).
struct TestRandom {
    var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func float(_ low: Float, _ high: Float) -> Float {
        low + (high - low) * (Float(next() >> 40) * 0x1p-24)
    }

    mutating func floats(_ count: Int, _ low: Float = -2, _ high: Float = 2) -> [Float] {
        (0..<count).map { _ in float(low, high) }
    }
}

/// Whether a float is the rounded value of a double to within a relative and an absolute error, with
/// infinities and NaN in the same places.
func isClose(_ got: Float, _ want: Double, relative: Double = 4e-7, absolute: Double = 2e-38) -> Bool {
    if want.isNaN { return got.isNaN }
    let rounded = Float(want)
    if rounded.isInfinite || got.isInfinite {
        return got == rounded || (want.magnitude > 3.4028e38 && got.magnitude > 3.4028e38)
    }
    return abs(Double(got) - want) <= relative * abs(want) + absolute
}

/// The index of the first element that is not close, or nil.
func firstDifference(
    _ got: [Float], _ want: [Double], relative: Double = 4e-7, absolute: Double = 2e-38
) -> Int? {
    guard got.count == want.count else { return min(got.count, want.count) }
    return got.indices.first { !isClose(got[$0], want[$0], relative: relative, absolute: absolute) }
}

func bits(_ values: [Float]) -> [UInt32] { values.map(\.bitPattern) }
