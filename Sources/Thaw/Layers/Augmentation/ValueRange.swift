/// Checks the range of values that pixels have, which layers keep them in.
enum ValueRange {
    static func check(_ range: ClosedRange<Double>) throws {
        guard range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound
        else {
            throw LayerError(
                "needs a range of finite values that is not empty, such as 0...255, got \(range).")
        }
    }
}
