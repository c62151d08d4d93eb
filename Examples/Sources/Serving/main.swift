// A snapshot of a model for servers, and how sure a model is.
//
//   swift run -c release --package-path Examples Serving [epochs]
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 42) {
    Flatten(inputShape: [28, 28])
    Dense(100)
    BatchNormalization()
    ReLU()
    Dropout(0.2)
    Dense(10, activation: .softmax)
}
try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try model.fit(train.prefix(20_000), epochs: epochs)

// Immutable and Sendable, with Batch Normalization folded: many tasks may ask at once, and a sample gets the same bits
// whatever it is predicted with.
let predictor = try model.predictor()
let images = test.prefix(100).inputs[0]

/// Predicts all images at once and each in a task of its own, and compares the bits.
func serve(_ images: Tensor, with predictor: Predictor) async throws -> Bool {
    let together = try await predictor.predict(images)
    return try await withThrowingTaskGroup(of: (Int, Tensor).self) { group in
        for index in 0..<images.shape[0] {
            group.addTask { (index, try await predictor.predict(images[index..<index + 1])) }
        }
        var agree = true
        for try await (index, alone) in group {
            agree = agree && alone.isBitwiseEqual(to: together[index..<index + 1])
        }
        return agree
    }
}

print("the same bits alone and together:", try await serve(images, with: predictor))

// Monte-Carlo dropout: 100 predictions with dropout live, in one execution.
let uncertain = try model.predict(images, samples: 100)
let surest = uncertain.deviation.max(axes: [1]).argMin(axis: 0).ints[0]
print("surest about image \(surest): class \(uncertain.mean[surest].argMax(axis: 0).ints[0])")
