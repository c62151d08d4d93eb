/// The orthonormal matrix that Gram and Schmidt's process makes of a matrix's columns, computed with Householder's
/// reflections, which lose no orthogonality.
///
/// In `A = QR` with an R whose diagonal is not negative, it is Q. For an A of independent standard normal numbers it is
/// uniform over all such matrices (Mezzadri, 2007, "How to generate random matrices from the classical compact groups").
enum OrthonormalColumns {
    /// The columns of a matrix made orthonormal.
    ///
    /// - Parameters:
    ///   - matrix: `rows` x `columns` numbers, row by row.
    ///   - columns: at most `rows`.
    static func of(_ matrix: [Double], rows: Int, columns: Int) -> [Double] {
        var reflected = matrix
        var vectors: [[Double]] = []
        var isNegative: [Bool] = []
        for column in 0..<columns {
            // The reflection that takes the rest of this column to a multiple of the first axis. It is taken away from the
            // side on which it lies, so that nothing cancels; the diagonal of R then has the other sign.
            var vector = (column..<rows).map { reflected[$0 * columns + column] }
            let norm = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            isNegative.append(vector[0] >= 0)
            vector[0] += vector[0] >= 0 ? norm : -norm
            let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
            if length > 0 { for index in vector.indices { vector[index] /= length } }
            reflect(&reflected, columns: columns, from: column, by: vector)
            vectors.append(vector)
        }
        // Q is the reflections, the last first, of the identity's columns.
        var result = [Double](repeating: 0, count: rows * columns)
        for column in 0..<columns { result[column * columns + column] = isNegative[column] ? -1 : 1 }
        for column in (0..<columns).reversed() {
            reflect(&result, columns: columns, from: column, by: vectors[column])
        }
        return result
    }

    /// `A - 2 v (v' A)`, for the rows and columns from `first` on; the rest is not touched, nor would it change.
    private static func reflect(_ matrix: inout [Double], columns: Int, from first: Int, by vector: [Double])
    {
        var sums = [Double](repeating: 0, count: columns)
        matrix.withUnsafeMutableBufferPointer { matrix in
            sums.withUnsafeMutableBufferPointer { sums in
                // Row by row, so that the inner loops run along memory.
                for (offset, factor) in vector.enumerated() {
                    let row = (first + offset) * columns
                    for column in first..<columns { sums[column] += factor * matrix[row + column] }
                }
                for (offset, factor) in vector.enumerated() {
                    let row = (first + offset) * columns
                    for column in first..<columns { matrix[row + column] -= 2 * factor * sums[column] }
                }
            }
        }
    }
}
