import Foundation
import Thaw

/// One of the benchmark's nets with its data (the table in Benchmarks/README.md).
final class BenchCase {
    let name: String
    let steps: Int
    /// For the driver, which checks that every contestant trains as many.
    var trainableParameterCount: Int { model.trainableParameterCount }
    private let batch: Int
    private let photographs: PhotographCase?
    private let model: Model
    private let x: Tensor
    private let data: Dataset

    /// - Throws: if the name is none of the cases'.
    init(name: String, samples: Int, batch: Int) throws {
        self.name = name
        self.batch = batch
        steps = (samples + batch - 1) / batch
        photographs = PhotographCase(rawValue: name)
        let optimizer: Optimizer
        if let photographs {
            (model, optimizer) = (try photographs.model(), photographs.optimizer)
        } else {
            (model, optimizer) = try Self.build(name)
        }
        try model.compile(optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        var stream = RandomStream(seed: 7)
        let shape = [samples] + (photographs == nil ? Self.sampleShape(name) : PhotographCase.sampleShape)
        x = stream.normalTensor(shape, mean: 0, standardDeviation: 1)
        let classes = photographs?.classes ?? 10
        let labels = (0..<samples).map { _ in Int32(stream.int(in: 0..<classes)) }
        data = try Dataset(x, Tensor(labels))
    }

    /// One call of `fit`, or as many of `predict`.
    ///
    /// - Returns: the loss of the last epoch; nil where nothing is trained.
    @discardableResult func run(epochs: Int) throws -> Double? {
        if name == "predict" || photographs == .predict {
            for _ in 0..<epochs { _ = try model.predict(x, batchSize: batch, verbosity: .silent) }
            return nil
        }
        let validation = photographs?.validates == true ? data : nil
        return try model.fit(
            data, batchSize: batch, epochs: epochs, validation: validation, shuffle: false, verbosity: .silent
        ).loss.last
    }

    private static func sampleShape(_ name: String) -> [Int] {
        switch name {
        case "selu100", "nadam", "adamw", "alphadropout": [28, 28]
        case "bn20": [3072]
        case "cnn", "predict": [32, 32, 3]
        default: [784]
        }
    }

    private static func build(_ name: String) throws -> (Sequential, Optimizer) {
        switch name {
        case "mlp32", "mlp128":
            let model = Sequential(seed: 1) {
                Dense(300, activation: .relu, inputShape: [784])
                Dense(100, activation: .relu)
                Dense(10, activation: .softmax)
            }
            return (model, .sgd(learningRate: 0.01))
        case "selu100":
            let model = Sequential(seed: 1) {
                Flatten(inputShape: [28, 28])
                Dense(300, activation: .selu, kernelInitializer: .lecunNormal)
                for _ in 0..<99 { Dense(100, activation: .selu, kernelInitializer: .lecunNormal) }
                Dense(10, activation: .softmax)
            }
            return (model, .sgd(learningRate: 0.001))
        case "nadam": return (smallNet(), .nadam(learningRate: 0.001))
        case "adamw": return (smallNet(), .adamW(learningRate: 0.001, weightDecay: 0.004))
        case "alphadropout":
            return (smallNet(alphaDropout: 0.2), .sgd(learningRate: 0.01, momentum: 0.9, nesterov: true))
        case "bn20":
            let model = Sequential(seed: 1) {
                BatchNormalization(inputShape: [3072])
                for _ in 0..<20 {
                    Dense(100, kernelInitializer: .heNormal)
                    BatchNormalization()
                    Activation(.elu)
                }
                Dense(10, activation: .softmax)
            }
            return (model, .adam(learningRate: 0.0005))
        case "cnn", "predict":
            let model = Sequential(seed: 1) {
                Input(shape: [32, 32, 3])
                for filters in [32, 64, 128] {
                    Conv2D(filters, kernelSize: 3, padding: .same, usesBias: false)
                    BatchNormalization()
                    ReLU()
                    MaxPooling2D(poolSize: 2)
                }
                GlobalAveragePooling2D()
                Dense(10, activation: .softmax)
            }
            return (model, .sgd(learningRate: 0.01, momentum: 0.9))
        default:
            throw UnknownCase(name: name)
        }
    }

    /// 300 and 100 units of SELU, with AlphaDropout before every Dense if its rate is not 0.
    private static func smallNet(alphaDropout rate: Double = 0) -> Sequential {
        Sequential(seed: 1) {
            Flatten(inputShape: [28, 28])
            for units in [300, 100] {
                if rate > 0 { AlphaDropout(rate) }
                Dense(units, activation: .selu, kernelInitializer: .lecunNormal)
            }
            if rate > 0 { AlphaDropout(rate) }
            Dense(10, activation: .softmax)
        }
    }

    /// A name that is none of the cases'.
    struct UnknownCase: ThawError {
        let name: String
        var description: String {
            """
            there is no benchmark case "\(name)"; there are mlp32, mlp128, selu100, nadam, adamw, alphadropout, bn20, cnn, \
            predict, \(PhotographCase.allCases.map(\.rawValue).joined(separator: ", ")).
            """
        }
    }
}
