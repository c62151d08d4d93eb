import ThawFormats

extension JSONValue {
    /// An object as Keras 3 writes it: where its class lives, the class, and the arguments that make it.
    static func keras(
        _ className: String, module: String?, _ arguments: [String: JSONValue], registeredName: String? = nil
    ) -> JSONValue {
        [
            "module": module.map(JSONValue.string) ?? .null, "class_name": .string(className),
            "config": .object(arguments), "registered_name": registeredName.map(JSONValue.string) ?? .null,
        ]
    }

    /// A shape with an unknown number of samples.
    static func batch(_ sampleShape: [Int]) -> JSONValue {
        .array([.null] + sampleShape.map(JSONValue.integer))
    }

    /// A height and a width.
    static func size(_ height: Int, _ width: Int) -> JSONValue { [.integer(height), .integer(width)] }
}
