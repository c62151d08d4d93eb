import ThawTensor

// The initializers that make a matrix as a whole.
extension Initializer {
    func orthogonal(_ shape: [Int], gain: Double, _ stream: inout RandomStream) throws -> Tensor {
        guard shape.count >= 2 else {
            throw LayerError(
                "initializer \(name) makes matrices and cannot make the shape \(shape); use another one for it."
            )
        }
        let columns = shape[shape.count - 1]
        let rows = shape.dropLast().reduce(1, *)
        let (long, short) = (max(rows, columns), min(rows, columns))
        let normal = (0..<long * short).map { _ in Double(stream.normal()) }
        let orthonormal = OrthonormalColumns.of(normal, rows: long, columns: short)
        let matrix = Tensor(shape: [long, short], scalars: orthonormal.map { Float($0 * gain) })
        return (rows < columns ? matrix.transposed() : matrix).reshaped(to: shape)
    }

    func identity(_ shape: [Int], gain: Double) throws -> Tensor {
        guard shape.count == 2 else {
            throw LayerError(
                "initializer \(name) makes matrices of two axes and cannot make the shape \(shape); use another one for "
                    + "it.")
        }
        let values = (0..<shape[0]).flatMap { row in
            (0..<shape[1]).map { column in row == column ? Float(gain) : 0 }
        }
        return Tensor(shape: shape, scalars: values)
    }

    /// A function of the user's, known by identity.
    final class CustomRule: Hashable, Sendable {
        let function: @Sendable ([Int], inout RandomStream) throws -> Tensor

        init(_ function: @escaping @Sendable ([Int], inout RandomStream) throws -> Tensor) {
            self.function = function
        }

        static func == (left: CustomRule, right: CustomRule) -> Bool { left === right }

        func hash(into hasher: inout Hasher) { hasher.combine(ObjectIdentifier(self)) }
    }
}
