import Thaw

/// A gated linear unit (Dauphin et al., 2017): `(x · kernel) * sigmoid(x · gate)`.
///
/// ## Shapes
/// `[n, in]` to `[n, units]`. Parameters: `kernel` and `gate`, both `[in, units]`.
final class GatedDense: Layer {
    let units: Int

    init(_ units: Int, name: String? = nil) {
        self.units = units
        super.init(name: name)
    }

    override func build(inputShape: [Int]) throws {
        let shape = [inputShape[inputShape.count - 1], units]
        try addWeight(name: "kernel", shape: shape, initializer: .glorotUniform)
        try addWeight(name: "gate", shape: shape, initializer: .glorotUniform)
    }

    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let values = try input.matmul(context.read(parameters[0]))
        let gates = try input.matmul(context.read(parameters[1])).sigmoid()
        return try values * gates
    }

    override func cloned() throws -> Layer { GatedDense(units) }
}
