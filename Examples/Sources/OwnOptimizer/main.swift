// An optimizer, a layer and an initializer of one's own.
//
//   swift run -c release --package-path Examples OwnOptimizer [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    FeatureScale()
    Dense(100, activation: .relu)
    Dense(10, activation: .softmax)
}

// What every optimizer takes, it takes too: clipping, weight decay, a schedule, a moving average of weights.
try model.compile(
    optimizer: Lion(learningRate: 1e-4).clipped(.globalNorm(1)).averaging(momentum: 0.99),
    loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try model.fit(train.prefix(20_000), epochs: epochs)
print("test:", try model.evaluate(test, verbosity: .silent))
