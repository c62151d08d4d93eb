import ArgumentParser

/// Numbers of the command line that need not be whole.
enum RealNumber {
    /// Reads a number above 0 and at most `most`.
    static func above0(atMost most: Double) -> @Sendable (String) throws -> Double {
        { text in
            guard let number = Double(text), number > 0, number <= most else {
                throw ValidationError("it must be a number above 0 and at most \(NumberText.short(most)).")
            }
            return number
        }
    }

    /// Reads a number from 0 to less than 1, or above 0 and less than 1.
    static func share(includingZero: Bool) -> @Sendable (String) throws -> Double {
        { text in
            guard let number = Double(text), number < 1, includingZero ? number >= 0 : number > 0 else {
                throw ValidationError(
                    "it must be a number \(includingZero ? "from 0 to" : "above 0 and") less than 1.")
            }
            return number
        }
    }
}
