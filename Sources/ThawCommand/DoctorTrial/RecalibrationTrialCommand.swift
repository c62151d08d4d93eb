import ArgumentParser
import Thaw

/// `thaw recalibration-trial`: accuracy on shifted images of Fashion-MNIST before and after recalibration.
struct RecalibrationTrialCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "recalibration-trial",
        abstract: "Recalibrate a network trained on Fashion-MNIST on shifted images.", shouldDisplay: false)

    @Option(name: .long, help: "How many images train the network.")
    var training = 20000

    @Option(name: .long, help: "How many epochs.")
    var epochs = 2

    @Option(name: .long, help: "How many images are tested.")
    var tested = 2000

    func run() throws {
        let (train, test) = try FashionMNIST.load()
        let model = DemoNetwork.whole(seed: 1)
        try model.compile(
            optimizer: .adam(learningRate: 2e-3), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        try model.fit(train.prefix(training), batchSize: 64, epochs: epochs, verbosity: .silent)
        Console.print("| images | samples | before | weight 0 | 16 | 64 | 256 | by batches of 32 |")
        Console.print("|---|---|---|---|---|---|---|---|")
        for shift in [ImageShift.none, .contrast, .noise, .inversion] {
            let part = try shift.applied(to: test.prefix(tested), seed: 7)
            let before = try accuracy(model, part)
            let byBatch = try model.evaluate(part, statistics: .batch, verbosity: .silent)["accuracy"] ?? .nan
            for samples in [32, 200, 5000] {
                let seen = try shift.applied(to: test.dropFirst(5000).prefix(samples), seed: 8)
                let after = try [0.0, 16, 64, 256].map { weight in
                    let recalibration = try model.recalibrate(on: seen, sourceWeight: weight, batchSize: 64)
                    defer { try? recalibration.undo() }
                    return try accuracy(model, part)
                }
                let cells = ([before] + after + [byBatch]).map { NumberText.short($0) }
                Console.print("| \(shift.rawValue) | \(samples) | \(cells.joined(separator: " | ")) |")
            }
        }
    }

    private func accuracy(_ model: Model, _ data: Dataset) throws -> Double {
        try model.evaluate(data, batchSize: 100, verbosity: .silent)["accuracy"] ?? .nan
    }
}

/// A change of images with values from 0 to 1.
enum ImageShift: String {
    case none, contrast, noise, inversion

    func applied(to data: Dataset, seed: UInt64) throws -> Dataset {
        var stream = RandomStream(seed: seed)
        let x = data.inputs[0]
        let changed: Tensor
        switch self {
        case .none: changed = x
        case .contrast: changed = (x - 0.5) * 0.3 + 0.5
        case .noise: changed = x + stream.normalTensor(x.shape, standardDeviation: 0.3)
        case .inversion: changed = 1 - x
        }
        return try Dataset(changed, data.targets[0])
    }
}

extension DemoNetwork {
    /// The source network with a head for all ten classes.
    static func whole(seed: UInt64) -> Sequential {
        let layers = source(seed: seed).layers.dropLast()
        return Sequential(Array(layers) + [Dense(10, activation: .softmax)], seed: seed)
    }
}
