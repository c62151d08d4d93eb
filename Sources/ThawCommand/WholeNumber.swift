import ArgumentParser

/// Whole numbers of the command line.
enum WholeNumber {
    /// Reads a number of a range, and says what the range is if it is none.
    static func from<Number: FixedWidthInteger & Sendable>(
        _ range: ClosedRange<Number>
    ) -> @Sendable (String) throws -> Number {
        { text in
            guard let number = Number(text), range.contains(number) else {
                throw ValidationError(
                    "it must be a whole number from \(range.lowerBound) to \(range.upperBound).")
            }
            return number
        }
    }
}
