import Foundation
import ThawGraph

extension ReferenceEvaluator {
    /// Softmax, cross-entropy and batch normalization; nil for other operations.
    static func normalization(_ operation: any GraphOperation, _ inputs: [ReferenceValue])
        -> [ReferenceValue]?
    {
        let x = inputs[0]
        switch operation {
        case is Softmax:
            return [ReferenceValue(x.shape, x.rows.flatMap { logSoftmax($0).map(exp) })]
        case is LogSoftmax:
            return [ReferenceValue(x.shape, x.rows.flatMap { logSoftmax($0) })]
        case is SparseCategoricalCrossEntropy:
            let losses = zip(x.rows, inputs[1].values).map { row, label -> Double in
                row.indices.contains(Int(label)) ? -logSoftmax(row)[Int(label)] : .nan
            }
            return [ReferenceValue(inputs[1].shape, losses)]
        case is SparseCategoricalCrossEntropyGradient:
            let rows = x.rows.enumerated().flatMap { n, row in
                logSoftmax(row).enumerated().map { c, logarithm in
                    (exp(logarithm) - (Double(c) == inputs[1].values[n] ? 1 : 0)) * inputs[2].values[n]
                }
            }
            return [ReferenceValue(x.shape, rows)]
        case is Moments:
            let (mean, variance) = moments(x)
            return [mean, variance]
        case let operation as BatchNormalization:
            let (mean, variance) = moments(x)
            let y = normalize(x, inputs[1], inputs[2], mean, variance, operation.epsilon)
            return [y, mean, variance]
        case let operation as BatchNormalizationInference:
            return [normalize(x, inputs[1], inputs[2], inputs[3], inputs[4], operation.epsilon)]
        case let operation as BatchNormalizationGradient:
            return batchNormalizationGradient(operation, inputs)
        case let operation as RowNormalization:
            let inverses = x.rows.map { 1 / (variance(of: $0) + operation.epsilon).squareRoot() }
            let rows = zip(x.rows, inverses).flatMap { row, inverse in
                row.map { ($0 - mean(of: row)) * inverse }
            }
            return [
                ReferenceValue(x.shape, rows), ReferenceValue(x.shape.dropLast() + [1], inverses),
            ]
        default:
            return nil
        }
    }

    private static func logSoftmax(_ row: [Double]) -> [Double] {
        let largest = row.max() ?? 0
        let logarithm = log(row.reduce(0) { $0 + exp($1 - largest) }) + largest
        return row.map { $0 - logarithm }
    }

    private static func moments(_ x: ReferenceValue) -> (ReferenceValue, ReferenceValue) {
        let rows = x.rows
        let columns = rows[0].indices.map { c in rows.map { $0[c] } }
        let shape = [columns.count]
        return (
            ReferenceValue(shape, columns.map(mean(of:))), ReferenceValue(shape, columns.map(variance(of:)))
        )
    }

    private static func mean(of values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    private static func variance(of values: [Double]) -> Double {
        let center = mean(of: values)
        return values.reduce(0) { $0 + ($1 - center) * ($1 - center) } / Double(values.count)
    }

    private static func normalize(
        _ x: ReferenceValue, _ gamma: ReferenceValue, _ beta: ReferenceValue, _ mean: ReferenceValue,
        _ variance: ReferenceValue, _ epsilon: Double
    ) -> ReferenceValue {
        let values = x.rows.flatMap { row in
            row.indices.map { c in
                (row[c] - mean.values[c]) / (variance.values[c] + epsilon).squareRoot() * gamma.values[c]
                    + beta.values[c]
            }
        }
        return ReferenceValue(x.shape, values)
    }

    // Written as the chain rule gives it: through the normalized value, the variance and the mean.
    private static func batchNormalizationGradient(
        _ operation: BatchNormalizationGradient, _ inputs: [ReferenceValue]
    ) -> [ReferenceValue] {
        let (x, gamma, mean, variance, dy) = (inputs[0].rows, inputs[1], inputs[2], inputs[3], inputs[4].rows)
        let count = Double(x.count)
        var dx = x
        var dgamma = gamma
        var dbeta = gamma
        for c in gamma.values.indices {
            let deviation = (variance.values[c] + operation.epsilon).squareRoot()
            let centered = x.map { $0[c] - mean.values[c] }
            let dnormalized = dy.map { $0[c] * gamma.values[c] }
            dgamma.values[c] = zip(dy, centered).reduce(0) { $0 + $1.0[c] * $1.1 / deviation }
            dbeta.values[c] = dy.reduce(0) { $0 + $1[c] }
            let dvariance =
                zip(dnormalized, centered).reduce(0) { $0 + $1.0 * $1.1 } * -0.5
                / (deviation * deviation * deviation)
            let dmean = -dnormalized.reduce(0, +) / deviation
            for n in x.indices {
                dx[n][c] = dnormalized[n] / deviation + dvariance * 2 * centered[n] / count + dmean / count
            }
        }
        return [ReferenceValue(inputs[0].shape, dx.flatMap { $0 }), dgamma, dbeta]
    }
}
