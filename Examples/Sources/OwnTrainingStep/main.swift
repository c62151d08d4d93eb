// A training step of one's own: the stages of fit in another arrangement.
//
//   swift run -c release --package-path Examples OwnTrainingStep [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

// Half of the loss is that of images moved against the model (Goodfellow et al. 2014, "Explaining and Harnessing
// Adversarial Examples").
let adversarial = TrainingStep { step in
    let clean = try step.loss(of: step.forward())
    let directions = try step.graph.gradients(of: clean, withRespectTo: step.inputs)
    let moved = try zip(step.inputs, directions).map { input, direction in
        try input + (direction?.sign() ?? input * 0) * 0.05
    }
    let predictions = try step.forward(moved)
    let loss = try (clean + step.loss(of: predictions)) * 0.5
    let gradients = try step.accumulated(step.gradients(of: loss))
    try step.update(step.clipped(gradients))
    try step.updateMetrics(loss: loss, predictions: predictions)
}

let (train, test) = try FashionMNIST.load()
for (name, step) in [("standard", TrainingStep.standard), ("adversarial", adversarial)] {
    let model = Sequential(seed: 42) {
        Flatten(inputShape: [28, 28])
        Dense(100, activation: .relu)
        Dense(10, activation: .softmax)
    }
    try model.compile(
        optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy], step: step)
    try model.fit(train.prefix(20_000), epochs: epochs, verbosity: .silent)
    print(name, "- test:", try model.evaluate(test, verbosity: .silent))
}
