// Metrics of one's own: a mean from a closure, sums of several numbers, and one that needs all samples at once.
//
//   swift run -c release --package-path Examples OwnMetric [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5

let within = Metric.mean("within_half") { target, prediction in
    try (target - prediction).abs().less(than: 0.5).cast(to: .float32)
}

var stream = RandomStream(seed: 1)
let inputs = (0..<2000).map { _ in 2 * stream.uniform() - 1 }
let x = Tensor(shape: [2000, 1], scalars: inputs)
let y = Tensor(shape: [2000, 1], scalars: inputs.map { 3 * $0 + 0.5 * stream.normal() })

let model = Sequential(seed: 42) { Dense(1, inputShape: [1]) }
try model.compile(
    optimizer: .adam(learningRate: 0.05), loss: .huber(delta: 0.5),
    metrics: [within, WorstShare(limit: 1), MedianError(), .r2Score])
try model.fit(x, y, epochs: epochs, validationSplit: 0.2)
print(try model.evaluate(x, y, verbosity: .silent))
