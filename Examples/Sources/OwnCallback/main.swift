// Callbacks: code of one's own at fixed points of training.
//
//   swift run -c release --package-path Examples OwnCallback [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 5

let (train, _) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    Dense(100, activation: .relu, kernelInitializer: .heNormal)
    Dense(10, activation: .softmax)
}
try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])

let report = LambdaCallback(onTrainBatchEnd: { batch, logs in
    if batch % 500 == 0 { print("step \(batch): \(logs)") }
})
let history = try model.fit(
    train.dropFirst(5000), epochs: epochs, validation: train.prefix(5000), verbosity: .silent,
    callbacks: [report, StopWhenGoodEnough("val_accuracy", goal: 0.87)])

print(history)
print("ended:", history.end, "after", history.epochs.count, "epochs of", history.plannedEpochs)
