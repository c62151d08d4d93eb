// Models with branches: a residual net with two outputs, a part of it under a new head, a picture.
//
//   swift run -c release --package-path Examples FunctionalModel [epochs]
import Foundation
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 1

let (train, test) = try FashionMNIST.load()

// Layers are called on values, and a model is made of what came out.
let image = Input(shape: [28, 28, 1], name: "image")
let first = try Conv2D(16, kernelSize: 3, strides: 2, padding: .same, activation: .relu)(image)
let second = try Conv2D(16, kernelSize: 3, padding: .same)(BatchNormalization()(first))
let sum = try Add()(first, second)
let features = try GlobalAveragePooling2D(name: "features")(ReLU()(sum))
let garment = try Dense(10, activation: .softmax, name: "garment")(features)
let isShoe = try Dense(1, activation: .sigmoid, name: "shoe")(features)
let model = try Model(inputs: [image], outputs: [garment, isShoe], seed: 42)
model.summary()

// A loss and metrics for each output; gradients of two batches are gathered before each update.
try model.compile(
    optimizer: .adam().accumulatingGradients(over: 2),
    losses: [.sparseCategoricalCrossentropy, .binaryCrossentropy], lossWeights: [1, 0.5],
    metrics: [[.accuracy], [.accuracy]])

/// The images with their garment, and with whether it is a sandal, a sneaker or a boot.
func withShoes(_ data: Dataset) throws -> Dataset {
    let labels = data.targets[0]
    let shoes = labels.ints.map { [5, 7, 9].contains($0) ? Float(1) : 0 }
    return try Dataset(
        inputs: [data.inputs[0].reshaped(to: [data.count, 28, 28, 1])],
        targets: [labels, Tensor(shape: [data.count, 1], scalars: shoes)])
}

try model.fit(withShoes(train.prefix(20_000)), epochs: epochs)
print(try model.evaluate(withShoes(test), verbosity: .silent))

// A part of the model, with the same weights, in inference mode for good: Batch Normalization keeps its statistics
// there even when it is thawed.
let body = try Model(inputs: model.inputs, outputs: [model.layer(named: "features").output])
let photo = Input(shape: [28, 28, 1])
let top = try Dense(2, activation: .softmax)(body(photo, mode: .inference))
let transferred = try Model(inputs: [photo], outputs: [top], seed: 7)
print("shares its weights:", transferred.weights[0].isBitwiseEqual(to: model.weights[0]))

let picture = FileManager.default.temporaryDirectory.appending(path: "model.svg")
try model.svg().write(to: picture, atomically: true, encoding: .utf8)
print("drew the model into \(picture.path)")
