// Learning rates: schedules for each batch and each epoch, the finder, 1cycle, and their pictures.
//
//   swift run -c release --package-path Examples SchedulesAndFinder [epochs]
import Foundation
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3

let (train, test) = try FashionMNIST.load()
let (training, validation) = (train.dropFirst(5000), train.prefix(5000))
let stepsPerEpoch = (training.count + 31) / 32

func network(_ optimizer: Optimizer) throws -> Sequential {
    let model = Sequential(seed: 42) {
        Flatten(inputShape: [28, 28])
        Dense(100, activation: .selu, kernelInitializer: .lecunNormal)
        Dense(10, activation: .softmax)
    }
    try model.compile(optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
    return model
}

// For each batch: the schedule takes the place of the number.
let decay = ExponentialDecay(from: 0.01, steps: epochs * stepsPerEpoch, rate: 0.1)
let decaying = try network(.sgd(learningRate: decay))
try decaying.fit(training, epochs: epochs, verbosity: .silent)
print("exponential decay:", try decaying.evaluate(validation, verbosity: .silent))

let falling = try network(.sgd(learningRate: InverseSquareRoot(peak: 0.02, warmupSteps: 500)))
try falling.fit(training, epochs: epochs, verbosity: .silent)
print("a schedule of one's own:", try falling.evaluate(validation, verbosity: .silent))

// For each epoch: a callback.
let scheduler = LearningRateScheduler { epoch, rate in epoch < 2 ? rate : rate * 0.9 }
let stepped = try network(.sgd(learningRate: 0.01))
try stepped.fit(training, epochs: epochs, verbosity: .silent, callbacks: [scheduler])
print("for each epoch:", try stepped.evaluate(validation, verbosity: .silent))

// By what validation says.
let plateau = ReduceLROnPlateau(monitor: "val_loss", factor: 0.5, patience: 2, minimumRate: 1e-5)
let patient = try network(.sgd(learningRate: 0.02, momentum: 0.9))
let history = try patient.fit(
    training, epochs: epochs, validation: validation, verbosity: .silent, callbacks: [plateau])
print("on a plateau:", history["learning_rate"])

// Finding a rate, and going through one cycle with it.
let model = try network(.sgd())
let found = try model.findLearningRate(on: training, batchSize: 128)
print(
    "ended:", found.end, "- climbs at:", found.turningRate ?? .nan, "- suggested:", found.suggestion ?? .nan)

let steps = epochs * ((training.count + 127) / 128)
let cycle = OneCycle(maximum: (found.turningRate ?? 0.1) / 2, steps: steps)
model.optimizer?.schedule = cycle
try model.fit(training, batchSize: 128, epochs: epochs, validation: validation, verbosity: .silent)
print("1cycle:", try model.evaluate(test, verbosity: .silent))

// Pictures.
let folder = FileManager.default.temporaryDirectory
for (name, picture) in [
    ("one-cycle", cycle.svg(steps: steps)),
    ("finder", found.svg()),
    ("history", history.svg(["loss", "accuracy"])),
] {
    let file = folder.appending(path: "\(name).svg")
    try picture.write(to: file, atomically: true, encoding: .utf8)
    print(file.path)
}
