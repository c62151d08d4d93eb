// A layer, an activation, a loss and a metric of one's own: written in operations, without a gradient.
//
//   swift run -c release --package-path Examples CustomLayerAndLoss [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

let softSign = ActivationFunction(name: "my_softsign") { x in try x / (x.abs() + 1) }

let smoothed = Loss.custom("smoothed_crossentropy", targetKind: .classIndices) { target, prediction in
    let wanted = try target.oneHot(depth: 10) * 0.9 + 0.01
    return try -(wanted * prediction.clip(1e-7, 1).log()).sum(axes: [-1])
}

let confidence = Metric.mean("confidence") { _, prediction in try prediction.max(axes: [-1]) }

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    GatedDense(100)
    Dense(50, activation: softSign)
    Dense(10, activation: .softmax)
}
model.summary()
try model.compile(optimizer: .adam(), loss: smoothed, metrics: [.accuracy, confidence])
try model.fit(train.prefix(20_000), epochs: epochs)
print("test:", try model.evaluate(test, verbosity: .silent))
print("a clone has the same layers:", try model.clone().layers.map(\.name))
