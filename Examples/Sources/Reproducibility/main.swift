// The same seed gives the same bits.
//
//   swift run -c release --package-path Examples Reproducibility [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

let (train, _) = try FashionMNIST.load()

func trained(seed: UInt64) throws -> Sequential {
    let model = Sequential(seed: seed) {
        Flatten(inputShape: [28, 28])
        Dense(100, activation: .relu)
        Dropout(0.2)
        Dense(10, activation: .softmax)
    }
    try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
    try model.fit(train.prefix(10_000), epochs: epochs, verbosity: .silent)
    return model
}

func haveSameBits(_ left: Sequential, _ right: Sequential) -> Bool {
    zip(left.weights, right.weights).allSatisfy { $0.isBitwiseEqual(to: $1) }
}

let (first, second, third) = (try trained(seed: 42), try trained(seed: 42), try trained(seed: 43))
print("seed 42 twice, same bits:  ", haveSameBits(first, second))
print("seeds 42 and 43, same bits:", haveSameBits(first, third))

// Equal in every process too, as long as the machine and the number of threads are the same.
first.freeze()
print("SHA-256 of the weights of seed 42:", first.frozenDigest)
