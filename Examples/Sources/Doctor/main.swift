// Diagnoses a network on images that look otherwise than those it was trained on, and recalibrates it.
import Thaw

let (train, test) = try FashionMNIST.load()
let model = Sequential(seed: 1) {
    Reshape([28, 28, 1], inputShape: [28, 28])
    Conv2D(16, kernelSize: 3, strides: 2, usesBias: false)
    BatchNormalization(momentum: 0.9)
    ReLU()
    Conv2D(32, kernelSize: 3, strides: 2, usesBias: false)
    BatchNormalization(momentum: 0.9)
    ReLU()
    GlobalAveragePooling2D()
    Dense(10, activation: .softmax)
}
try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
try model.fit(train.prefix(10_000), epochs: 2)

let noisy = test.prefix(1000).map(random: { x, y, stream in
    (x + stream.normalTensor(x.shape) * 0.3, y)
})
let diagnosis = try model.diagnose(noisy)
print(diagnosis.text)
if diagnosis.cause == .otherDomain {
    print("the likeliest cause explains \(diagnosis.findings[0].strength) of it")
}

let recalibration = try model.recalibrate(on: noisy, sourceWeight: 16)
print("recalibrated:", try model.evaluate(noisy))
try recalibration.undo()
print("as before:", try model.evaluate(noisy))
