// What a frozen Batch Normalization does in a training step, under each of its settings.
//
//   swift run -c release --package-path Examples FrozenNormalization [epochs]
import Foundation
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    Dense(100, usesBias: false)
    BatchNormalization(name: "normalization")
    ReLU()
    Dense(10, activation: .softmax, name: "head")
}
try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try model.fit(train.prefix(20_000), epochs: epochs)
let trained = model.weights

// Images of another make: darker, as if from another camera.
func darker(_ data: Dataset) throws -> Dataset { try Dataset(data.inputs[0] * 0.4, data.targets[0]) }
let (few, unseen) = (try darker(train.suffix(500)), try darker(test))

model.freeze()
try model.layer(named: "head").isTrainable = true
guard let normalization = try model.layer(named: "normalization") as? BatchNormalization else { exit(1) }

for statistics in [BatchNormalization.Statistics.automatic, .batch, .batchUpdating] {
    // The same start for each: the same weights, a new optimizer, the same seed.
    try model.setWeights(trained)
    try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
    normalization.statistics = statistics
    let before = model.frozenDigest
    try model.fit(few, epochs: epochs, verbosity: .silent, seed: 1)

    let inference = try model.evaluate(unseen, mode: .inference, verbosity: .silent)
    let training = try model.evaluate(unseen, mode: .training, verbosity: .silent)
    print("statistics: .\(statistics)")
    print("  frozen part unchanged:", model.frozenDigest == before)
    print("  as it predicts:       ", inference)
    print("  as it looks in fit:   ", training)
}
