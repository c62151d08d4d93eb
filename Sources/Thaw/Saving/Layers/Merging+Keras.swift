public import ThawFormats

extension Add: KerasLayer {
    /// `Add`.
    public static var kerasClassName: String { "Add" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Add() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Subtract: KerasLayer {
    /// `Subtract`.
    public static var kerasClassName: String { "Subtract" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Subtract() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Multiply: KerasLayer {
    /// `Multiply`.
    public static var kerasClassName: String { "Multiply" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Multiply() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Average: KerasLayer {
    /// `Average`.
    public static var kerasClassName: String { "Average" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Average() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Maximum: KerasLayer {
    /// `Maximum`.
    public static var kerasClassName: String { "Maximum" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Maximum() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
}

extension Minimum: KerasLayer {
    /// `Minimum`.
    public static var kerasClassName: String { "Minimum" }

    /// Makes the layer from Keras's arguments.
    public static func make(from configuration: KerasConfiguration) throws -> Layer { Minimum() }

    /// Keras's arguments: none.
    public func kerasArguments() throws -> [String: JSONValue] { [:] }
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
