// What a Keras user looks for: functional models, a frozen base, saved weights, uncertainty, serving.
//
//   swift run -c release --package-path Examples FromKeras [epochs]
import Foundation
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 2

let (train, test) = try FashionMNIST.load()
let few = train.prefix(10_000)

// A functional model: layers are called on values.
let image = Input(shape: [28, 28])
let pixels = try Flatten()(image)
let hidden = try Dense(64, activation: .relu, name: "hidden")(pixels)
let joined = try Concatenate()(hidden, pixels)
let classes = try Dense(10, activation: .softmax, name: "classes")(joined)
let wide = try Model(inputs: [image], outputs: [classes], seed: 42)
wide.summary()
try wide.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try wide.fit(few, epochs: epochs)

// A part of it, with the same parameters.
let features = try Model(inputs: wide.inputs, outputs: [wide.layer(named: "hidden").output])
print("features:", try features.predict(test.prefix(3)).shape)

// A base that was trained before, with Batch Normalization inside.
let base = Sequential(seed: 42, name: "base") {
    Flatten(inputShape: [28, 28])
    Dense(64, usesBias: false)
    BatchNormalization()
    ReLU()
}
let source = Sequential(seed: 42) {
    base
    Dense(10, activation: .softmax)
}
try source.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try source.fit(few, epochs: epochs)

// Frozen, and pinned to inference: whatever is unfrozen later, its moving statistics normalise here.
base.freeze()
let code = try base(image, mode: .inference)
let dropped = try Dropout(0.2)(code)
let output = try Dense(10, activation: .softmax)(dropped)
let model = try Model(inputs: [image], outputs: [output], seed: 7)
try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try model.fit(few, epochs: epochs)

base.unfreeze()  // no compile to repeat
model.optimizer?.learningRate = 1e-4
let history = try model.fit(few, epochs: epochs, validation: test)
print(history)

// Weights go to a file and come back.
let file = FileManager.default.temporaryDirectory.appending(path: "from-keras.safetensors")
try model.saveWeights(to: file)
try model.loadWeights(from: file)

// Keras 3 loads this one with load_weights. The report says what was loaded from where, what was not, and why.
let weights = FileManager.default.temporaryDirectory.appending(path: "from-keras.weights.h5")
try model.saveWeights(to: weights)  // .safetensors, .npz, .weights.h5 (Keras 3), .h5 (Keras 2 and 3)
try model.loadWeights(from: weights)
print(try model.loadWeights(from: weights, matching: .names, strict: false, skipMismatch: true))

// PyTorch's names and layouts, written and read; what is called "linear" there is "classes" here.
let backbone = Sequential(seed: 7) {
    Conv2D(8, kernelSize: 3, inputShape: [28, 28, 1], name: "features")
    GlobalAveragePooling2D()
    Dense(10, name: "classes")
}
let checkpoint = FileManager.default.temporaryDirectory.appending(path: "from-torch.safetensors")
try backbone.saveWeights(to: checkpoint, mapping: .torch(renaming: ["linear": "classes"]))
try backbone.loadWeights(from: checkpoint, mapping: .torch(renaming: ["linear": "classes"]))

// The whole model, with its optimizer, goes to an archive of Keras and comes back.
let archive = FileManager.default.temporaryDirectory.appending(path: "from-keras.keras")
try model.save(to: archive)
let same = try Model.load(from: archive)
print("loaded \(same.name) with \(same.parameterCount) parameters")

// Monte-Carlo dropout: a hundred predictions in one execution.
let prediction = try model.predict(test.prefix(3), samples: 100)
print("mean:", prediction.mean)
print("deviation:", prediction.deviation)

// For a server: immutable, safe from any task.
func serve(_ images: Tensor, with predictor: Predictor) async throws -> [Int] {
    try await predictor.predict(images).argMax(axis: -1).ints
}
let predictor = try model.predictor()
print("served:", try await serve(test.prefix(3).inputs[0], with: predictor))
