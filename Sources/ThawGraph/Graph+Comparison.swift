import ThawTensor

extension Graph {
    /// Whether another graph computes the same outputs by the same operations, in the same order, from the same variables and from inputs
    /// of the same names.
    public func computesTheSame(as other: Graph) -> Bool {
        guard nodes.count == other.nodes.count, outputs.count == other.outputs.count,
            zip(outputs, other.outputs).allSatisfy({ $0.name == $1.name && $0.value == $1.value })
        else { return false }
        return zip(nodes, other.nodes).allSatisfy { own, other in
            own.inputs == other.inputs && own.outputTypes == other.outputTypes
                && Self.isSame(own.operation, other.operation)
        }
    }

    private static func isSame(_ left: any GraphOperation, _ right: any GraphOperation) -> Bool {
        switch (left, right) {
        case (let left as Input, let right as Input): left.inputName == right.inputName
        case (let left as VariableRead, let right as VariableRead): left.variable === right.variable
        case (let left as Constant, let right as Constant): left.tensor.isBitwiseEqual(to: right.tensor)
        case (let left as any Hashable, let right as any Hashable): AnyHashable(left) == AnyHashable(right)
        // What cannot be compared may differ.
        default: false
        }
    }
}
