import ThawEngine
public import ThawGraph
import ThawTensor

/// The state that an optimizer keeps for one parameter, seen from inside an update: read a slot's value
/// before the step by its name, and set its value after the step.
public struct OptimizerSlots {
    let graph: Graph
    let variables: [String: any Variable]
    let parameterName: String

    /// How many updates this parameter has had, the coming one included: 1 in its first step. Float32 scalar.
    ///
    /// Each parameter has its own count, so that one unfrozen late has its bias correction start afresh.
    public let updateCount: SymbolicTensor

    /// The value of a slot before the step.
    ///
    /// - Throws: if the optimizer does not declare a slot of this name.
    public func read(_ name: String) throws -> SymbolicTensor {
        graph.read(try variable(name))
    }

    /// Sets the value of a slot after the step.
    ///
    /// - Throws: if the optimizer does not declare a slot of this name, or the shape differs.
    public func assign(_ name: String, _ value: SymbolicTensor) throws {
        try graph.assign(try variable(name), value)
    }

    private func variable(_ name: String) throws -> any Variable {
        guard let variable = variables[name] else {
            throw GraphError(
                "the optimizer keeps no slot \"\(name)\" for \(parameterName); it keeps "
                    + "\(variables.keys.sorted()). Declare it in slotNames.", operation: "optimizer")
        }
        return variable
    }
}
