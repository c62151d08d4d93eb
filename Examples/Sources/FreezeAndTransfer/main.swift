// Transfer learning: a body trained on eight classes, frozen, under a new head for the other two.
//
//   swift run -c release --package-path Examples FreezeAndTransfer [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 10

/// The samples of some classes, with labels renumbered from 0.
func select(_ classes: [Int], from data: Dataset) throws -> Dataset {
    let selected = try data.filter(byLabel: classes.contains)
    let labels = selected.targets[0].ints.map { Int32(classes.firstIndex(of: $0) ?? 0) }
    return try Dataset(selected.inputs[0], Tensor(labels))
}

let (train, test) = try FashionMNIST.load()
let others = try select([0, 1, 2, 3, 4, 7, 8, 9], from: train).prefix(8000)
let sandalsAndShirts = try select([5, 6], from: train).prefix(200)
let unseen = try select([5, 6], from: test)

// 1. Train a body with a head for eight classes.
let body = Sequential(name: "body") {
    Reshape([28, 28, 1], inputShape: [28, 28])
    Conv2D(16, kernelSize: 3, padding: .same, usesBias: false, name: "conv_1")
    BatchNormalization()
    ReLU()
    MaxPooling2D()
    Conv2D(32, kernelSize: 3, padding: .same, usesBias: false, name: "conv_2")
    BatchNormalization()
    ReLU()
    GlobalAveragePooling2D()
}
let source = Sequential(seed: 42) {
    body
    Dense(8, activation: .softmax)
}
try source.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try source.fit(others, epochs: 2)

// 2. Freeze it and train a new head for the other two classes, with 200 images.
body.freeze()
let model = Sequential(seed: 7) {
    body
    Dense(1, activation: .sigmoid)
}
try model.compile(optimizer: .adam(learningRate: 0.01), loss: .binaryCrossentropy, metrics: [.accuracy])
let history = try model.fit(sandalsAndShirts, epochs: epochs)
print("the body has the same bits as before:", history.frozen?.isUnchanged ?? false)
print("test, as it predicts:    ", try model.evaluate(unseen, verbosity: .silent))
print("test, as it looks in fit:", try model.evaluate(unseen, mode: .training, verbosity: .silent))

// 3. Thaw the top of the body and go on gently. Its Batch Normalization stays frozen.
try body.unfreeze(from: "conv_2", keepingBatchNormalizationFrozen: true)
model.optimizer?.learningRate = 1e-4
try model.fit(sandalsAndShirts, epochs: epochs)
print("test, after fine-tuning: ", try model.evaluate(unseen, verbosity: .silent))
