/// Collects the layers listed in the closure of a `Sequential`.
@resultBuilder
public enum SequentialBuilder {
    /// One layer.
    public static func buildExpression(_ layer: Layer) -> [Layer] { [layer] }

    /// A layer or none.
    public static func buildExpression(_ layer: Layer?) -> [Layer] { layer.map { [$0] } ?? [] }

    /// Several layers, such as the layers of another model.
    public static func buildExpression(_ layers: [Layer]) -> [Layer] { layers }

    /// Several layers, such as the layers of another model without its last.
    public static func buildExpression(_ layers: ArraySlice<Layer>) -> [Layer] { Array(layers) }

    /// All lines together.
    public static func buildBlock(_ parts: [Layer]...) -> [Layer] { parts.flatMap { $0 } }

    /// An `if` without `else`.
    public static func buildOptional(_ part: [Layer]?) -> [Layer] { part ?? [] }

    /// The first branch of an `if`.
    public static func buildEither(first part: [Layer]) -> [Layer] { part }

    /// The second branch of an `if`.
    public static func buildEither(second part: [Layer]) -> [Layer] { part }

    /// A `for`.
    public static func buildArray(_ parts: [[Layer]]) -> [Layer] { parts.flatMap { $0 } }

    /// An `if #available`.
    public static func buildLimitedAvailability(_ part: [Layer]) -> [Layer] { part }
}
