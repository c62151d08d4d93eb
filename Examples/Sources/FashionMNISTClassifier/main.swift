// A first network: pictures of clothes in ten classes.
//
//   swift run -c release --package-path Examples FashionMNISTClassifier [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    BatchNormalization()
    Dense(300, activation: .relu, kernelInitializer: .heNormal)
    BatchNormalization()
    Dense(10, activation: .softmax)
}
model.summary()

try model.compile(
    optimizer: .sgd(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
let history = try model.fit(train.dropFirst(5000), epochs: epochs, validation: train.prefix(5000))
let result = try model.evaluate(test)
let probabilities = try model.predict(test.prefix(3))

print("validation accuracy by epoch:", history["val_accuracy"])
print("test:", result)
for (row, label) in zip(probabilities.argMax(axis: -1).ints, test.prefix(3).targets[0].ints) {
    print("predicted \(FashionMNIST.classNames[row]), is \(FashionMNIST.classNames[label])")
}
