/// How far a random change of images goes: one number, or a lower and an upper bound. A number is written as it is, `0.2`.
public struct RandomFactor: Hashable, Sendable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    CustomStringConvertible
{
    /// The bounds in the order in which they were given; one number for both sides if there is one.
    let numbers: [Double]

    /// A change of the same size to both sides: for most layers from minus the number to the number.
    public init(_ number: Double) { numbers = [number] }

    /// A number between two others is drawn.
    public static func between(_ lower: Double, _ upper: Double) -> RandomFactor {
        RandomFactor(numbers: [lower, upper])
    }

    /// One number or two.
    init(numbers: [Double]) { self.numbers = numbers }

    /// A number as it is.
    public init(floatLiteral value: Double) { self.init(value) }

    /// A number as it is.
    public init(integerLiteral value: Int) { self.init(Double(value)) }

    /// A text for people.
    public var description: String { numbers.map { "\($0)" }.joined(separator: "...") }

    /// The bounds that numbers are drawn between: of one number from minus it, or the smallest that is possible, to it.
    ///
    /// - Throws: `LayerError` for numbers that are not possible.
    func bounds(_ name: String, within possible: ClosedRange<Double>) throws -> ClosedRange<Double> {
        guard numbers.allSatisfy(possible.contains) else {
            throw LayerError(
                "\(name) must be one or two numbers from \(possible.lowerBound) to \(possible.upperBound), got "
                    + "\(numbers).")
        }
        if numbers.count == 1 {
            return Swift.max(-abs(numbers[0]), possible.lowerBound)...abs(numbers[0])
        }
        return Swift.min(numbers[0], numbers[1])...Swift.max(numbers[0], numbers[1])
    }
}
