// Two questions that users of Keras asked about models that were good in fit and wrong in predict: what the doctor says of them,
// and what heals them.
//
//   swift run -c release --package-path Examples TwoQuestions
import Thaw

var stream = RandomStream(seed: 5)

// 1. "My Batch Normalization is frozen, I train on one sample and validate on the same one. Why are there two losses?"
let x = stream.normalTensor([512, 8], mean: 2, standardDeviation: 3)
let y = x.sum(axes: [1]).reshaped(to: [512, 1]) * 0.5
let net = Sequential(seed: 11) {
    Dense(16, activation: .relu, inputShape: [8])
    BatchNormalization(momentum: 0.9)
    Dense(16, activation: .relu)
    BatchNormalization(momentum: 0.9)
    Dense(1)
}
try net.compile(optimizer: .adam(learningRate: 0.01), loss: .meanSquaredError)
try net.fit(Dataset(x, y), epochs: 20, verbosity: .silent)
for layer in net.layers.dropLast() { layer.freeze() }
// What Keras 2.1.3 to 2.3 did to a frozen layer.
let norms = net.layers.compactMap { $0 as? BatchNormalization }
for norm in norms { norm.statistics = .batch }

let sample = try Dataset(x.prefix(1), y.prefix(1))
func fineTune(_ net: Sequential, on sample: Dataset) throws {
    try net.compile(optimizer: .sgd(learningRate: 0.01), loss: .meanSquaredError)
    let history = try net.fit(sample, epochs: 60, validation: sample, verbosity: .silent)
    print("loss in fit \(history.loss.last ?? .nan), in validation \(history.validationLoss.last ?? .nan)")
}
print("One sample:")
try fineTune(net, on: sample)
print(try net.diagnose(sample))
for norm in norms { norm.statistics = .automatic }
print("After the remedy:")
try fineTune(net, on: sample)

// 2. "My residual network learns three images perfectly. Why does it predict the same class for all?"
func normalized(_ value: any LayerArgument, _ filters: Int, strides: Int = 1) throws -> LayerOutput {
    let convolved = try Conv2D(
        filters, kernelSize: 3, strides: Size2D(strides), padding: .same, usesBias: false)(value)
    return try BatchNormalization()(convolved)
}
let image = Input(shape: [16, 16, 3], name: "image")
var output = try ReLU()(normalized(image, 16))
for (filters, strides) in [(16, 1), (32, 2), (64, 2)] {
    let inner = try normalized(ReLU()(normalized(output, filters, strides: strides)), filters)
    let shortcut = strides == 1 ? output : try normalized(output, filters, strides: strides)
    output = try ReLU()(Add()(inner, shortcut))
}
let classes = try Dense(3, activation: .softmax)(GlobalAveragePooling2D()(output))
let residual = try Model(inputs: [image], outputs: [classes], seed: 3)
try residual.compile(
    optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
stream = RandomStream(seed: 8)
let images = try Dataset(
    stream.normalTensor([3, 16, 16, 3], mean: 0.5, standardDeviation: 1), Tensor([0, 1, 2] as [Int32]))

print("\nThree images:")
let history = try residual.fit(images, epochs: 5, verbosity: .silent)
print(
    "accuracy in fit \(history["accuracy"].last ?? .nan), classes \(try residual.predict(images).argMax().ints)"
)
print(try residual.diagnose(images))
try residual.recalibrate(on: images)
print("After the remedy: classes \(try residual.predict(images).argMax().ints)")
