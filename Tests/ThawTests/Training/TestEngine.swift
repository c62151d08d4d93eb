import Thaw

/// The engine that the tests of training run on.
enum TestEngine {
    static var current: any Engine { OneDNNEngine.shared }

    /// Compiles and runs a graph once. Tests run side by side, so writing inputs and running must not
    /// be torn apart.
    static func run(_ graph: Graph, _ inputs: [String: Tensor]) throws -> [String: Tensor] {
        let engine = current
        return try engine.perform { () throws in try engine.compile(graph).run(inputs) }
    }
}
