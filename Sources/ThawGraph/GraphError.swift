import Foundation
public import ThawTensor

/// What can go wrong while a graph is built: a shape or an element type that does not fit.
public struct GraphError: ThawError, Equatable {
    /// The operation that refused its inputs, for example `MatrixProduct`.
    public var operation: String
    /// Where in the model: the path of the scopes that were open, for example `resnet/conv1`; empty at the
    /// top.
    public var scope: String
    /// What was expected, what came, and how to mend it.
    public var message: String

    /// Creates an error; `Graph.apply` fills in operation and scope where they are empty.
    public init(_ message: String, operation: String = "", scope: String = "") {
        self.operation = operation
        self.scope = scope
        self.message = message
    }

    /// A text for people.
    public var description: String {
        let place = scope.isEmpty ? operation : operation.isEmpty ? scope : "\(scope) (\(operation))"
        return place.isEmpty ? message : "\(place): \(message)"
    }
}
