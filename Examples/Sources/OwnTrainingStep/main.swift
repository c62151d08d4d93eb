// A training step of one's own: adversarial training.
//
//   swift run -c release --package-path Examples OwnTrainingStep [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1

// Trains on the batch and on a copy of it that was moved against the model (Goodfellow et al. 2014, "Explaining and
// Harnessing Adversarial Examples").
let adversarial = TrainingStep { step in
    let clean = try step.loss(of: step.forward())
    let direction = try step.graph.gradients(of: clean, withRespectTo: step.inputs)
    let moved = try zip(step.inputs, direction).map { try $0 + ($1?.sign() ?? $0 * 0) * 0.02 }
    let predictions = try step.forward(moved)
    let loss = try (clean + step.loss(of: predictions)) * 0.5
    try step.update(step.clipped(step.gradients(of: loss)))
    try step.updateMetrics(loss: loss, predictions: predictions)
}

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    Dense(100, activation: .relu)
    Dense(10, activation: .softmax)
}
try model.compile(
    optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy], step: adversarial)
try model.fit(train.prefix(20_000), epochs: epochs)
print(try model.evaluate(test, verbosity: .silent))
