// A loss of one's own: written in operations, without a gradient.
//
//   swift run -c release --package-path Examples OwnLoss [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 30

/// Quantile regression (Koenker and Bassett 1978): what lies above the prediction costs `quantile`, what lies below
/// `1 - quantile`, so that a share of `quantile` of the targets ends below it.
func quantileLoss(_ quantile: Double) -> Loss {
    Loss.custom("quantile") { target, prediction in
        let error = try target - prediction
        return try (error * quantile).maximum(error * (quantile - 1)).mean(axes: [-1])
    }
}

// Numbers around a line, with a deviation of 0.5.
var stream = RandomStream(seed: 1)
let inputs = (0..<2000).map { _ in 2 * stream.uniform() - 1 }
let x = Tensor(shape: [2000, 1], scalars: inputs)
let y = Tensor(shape: [2000, 1], scalars: inputs.map { 3 * $0 + 0.5 * stream.normal() })

for quantile in [0.1, 0.5, 0.9] {
    let model = Sequential(seed: 42) { Dense(1, inputShape: [1]) }
    try model.compile(
        optimizer: .adam(learningRate: 0.05), loss: quantileLoss(quantile), metrics: [.meanAbsoluteError])
    try model.fit(x, y, epochs: epochs, verbosity: .silent)
    let below = zip(y.floats, try model.predict(x).floats).count { $0 < $1 }
    print(
        "quantile \(quantile): \(below) of 2000 targets lie below, \(try model.evaluate(x, y, verbosity: .silent))"
    )
}
