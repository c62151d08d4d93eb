// Training that is stopped in the middle and goes on, to the same bits as if it had never stopped.
//
//   swift run -c release --package-path Examples StoppingAndGoingOn [epochs]
import Foundation
import Thaw

let epochs = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 3

let (all, _) = try FashionMNIST.load()
let train = all.prefix(10_000)

/// What a program does at its start: a model with the first weights of its seed.
func made() throws -> Sequential {
    let model = Sequential(seed: 42) {
        Flatten(inputShape: [28, 28])
        Dense(100, activation: .relu)
        BatchNormalization()
        Dropout(0.2)
        Dense(10, activation: .softmax)
    }
    try model.compile(optimizer: .adam(), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
    return model
}

let whole = try made()
try whole.fit(train, epochs: epochs, verbosity: .silent)

// Something goes wrong in the middle of the second epoch.
struct PowerCut: Error {}
final class Cutter: Callback {
    private(set) var steps = 0

    override func onTrainBatchEnd(batch: Int, logs: Logs) throws {
        steps += 1
        if steps == 450 { throw PowerCut() }
    }
}
let folder = FileManager.default.temporaryDirectory.appending(path: "thaw-backup-\(UUID().uuidString)")
let cut = Cutter()
do {
    try made().fit(
        train, epochs: epochs,
        callbacks: [BackupAndRestore(at: folder, saveFrequency: .batches(100)), cut])
} catch is PowerCut {
    print("The power was cut after \(cut.steps) steps.")
}

// The program is started again: another model, the same call.
let model = try made()
try model.fit(train, epochs: epochs, callbacks: [BackupAndRestore(at: folder, saveFrequency: .batches(100))])

whole.freeze()
model.freeze()
print("same bits as without the cut:", model.frozenDigest == whole.frozenDigest)
