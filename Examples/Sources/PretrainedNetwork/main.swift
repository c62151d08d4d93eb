// Transfer learning on photographs: a pretrained network, frozen, under a new head; then its last blocks thaw.
//
//   swift run -c release --package-path Examples PretrainedNetwork PHOTOS [WEIGHTS]
//
// PHOTOS is a folder with a folder of pictures for each class. WEIGHTS is the file mobilenet_2_5_224_tf_no_top.h5, which is
// downloaded otherwise.
import Foundation
import ThawVision

guard CommandLine.arguments.count > 1 else {
    print("usage: PretrainedNetwork PHOTOS [WEIGHTS]")
    exit(2)
}
let url = URL(filePath: CommandLine.arguments[1])
let weights: PretrainedWeights = CommandLine.arguments.count > 2 ? .file(CommandLine.arguments[2]) : .imageNet

let photos = try ImageFolder(url, size: [224, 224])
let (train, validation) = try photos.split(validation: 0.2, seed: 1)

let base = try MobileNet(alpha: 0.25, weights: weights, includeTop: false)
base.freeze()
let classifier = Sequential(seed: 1) {
    base
    GlobalAveragePooling2D()
    Dense(photos.classNames.count, activation: .softmax)
}
try classifier.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])

let ready = try train.preprocessed(for: classifier)
let unseen = try validation.preprocessed(for: classifier)
try classifier.fit(ready, epochs: 5, validation: unseen)

try base.unfreeze(lastBlocks: 2, keepingBatchNormalizationFrozen: true)
classifier.optimizer?.learningRate = 1e-4
try classifier.fit(ready, epochs: 5, validation: unseen)
