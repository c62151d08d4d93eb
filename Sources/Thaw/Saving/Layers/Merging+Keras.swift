public import ThawFormats

extension KerasLayer where Self: MergeLayer {
    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Add: KerasLayer {
    /// `Add`.
    public static var kerasClassName: String { "Add" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Add() }
}

extension Subtract: KerasLayer {
    /// `Subtract`.
    public static var kerasClassName: String { "Subtract" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Subtract() }
}

extension Multiply: KerasLayer {
    /// `Multiply`.
    public static var kerasClassName: String { "Multiply" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Multiply() }
}

extension Average: KerasLayer {
    /// `Average`.
    public static var kerasClassName: String { "Average" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Average() }
}

extension Maximum: KerasLayer {
    /// `Maximum`.
    public static var kerasClassName: String { "Maximum" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Maximum() }
}

extension Minimum: KerasLayer {
    /// `Minimum`.
    public static var kerasClassName: String { "Minimum" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Minimum() }
}

extension Concatenate: KerasLayer {
    /// `Concatenate`.
    public static var kerasClassName: String { "Concatenate" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer {
        Concatenate(axis: try configuration.integer("axis", default: -1))
    }

    /// Keras's arguments.
    public func kerasArguments() throws -> [String: JSONValue] { ["axis": .integer(axis)] }
}
