import ThawTensor

@testable import Thaw

/// Small models of nested blocks, drawn from a seed: dense layers or convolutions, Batch Normalizations with all settings, dropout,
/// models inside models, residual additions and calls with a pinned mode.
struct RandomNestedModel {
    let model: Model
    /// The modes that calls pin, by the names of the leaf layers inside them.
    let pins: [String: Mode]
    let data: Dataset

    static let statistics: [Thaw.BatchNormalization.Statistics] = [
        .automatic, .automatic, .moving, .batch, .batchUpdating,
    ]

    init(using generator: inout some RandomNumberGenerator) throws {
        var builder = Builder(isOfImages: Bool.random(using: &generator))
        let shape = builder.isOfImages ? [4, 4, 3] : [5]
        let input = Input(shape: shape, name: "input")
        var output: any LayerArgument = input
        var pins: [String: Mode] = [:]
        for _ in 0..<Int.random(in: 2...4, using: &generator) {
            let block = try builder.block(depth: 0, using: &generator)
            let pin: Mode? = [nil, nil, nil, .inference, .training].randomElement(using: &generator) ?? nil
            output = try block(output, mode: pin)
            for leaf in block.leaves { pins[leaf.name] = pin }
        }
        if builder.isOfImages { output = try GlobalAveragePooling2D()(output) }
        output = try Dense(3, activation: .softmax, name: "top")(output)
        self.pins = pins
        let seed = UInt64.random(in: 0..<1000, using: &generator)
        model = try Model(inputs: [input], outputs: [output], seed: seed, name: "nested")
        var stream = RandomStream(seed: seed)
        let x = stream.normalTensor([8] + shape, mean: 0.5, standardDeviation: 2)
        data = try Dataset(x, Tensor((0..<8).map { Int32($0 % 3) }))
        try Self.compile(model)
    }

    static func compile(_ model: Model) throws {
        try model.compile(optimizer: .adam(learningRate: 0.01), loss: .sparseCategoricalCrossentropy)
    }

    private struct Builder {
        let isOfImages: Bool
        private var count = 0

        init(isOfImages: Bool) { self.isOfImages = isOfImages }

        private mutating func name(_ kind: String) -> String {
            count += 1
            return "\(kind)_\(count)"
        }

        mutating func block(depth: Int, using generator: inout some RandomNumberGenerator) throws -> Layer {
            switch Int.random(in: 0..<(depth < 3 ? 8 : 5), using: &generator) {
            case 0, 1:
                return isOfImages
                    ? Conv2D(3, kernelSize: 3, padding: .same, activation: .tanh, name: name("conv"))
                    : Dense(5, activation: .tanh, name: name("dense"))
            case 2, 3:
                return BatchNormalization(
                    momentum: 0.7,
                    statistics: RandomNestedModel.statistics.randomElement(using: &generator)
                        ?? .automatic, name: name("norm"))
            case 4: return Dropout(0.2, name: name("dropout"))
            case 5, 6:
                var layers: [Layer] = []
                for _ in 0..<Int.random(in: 1...3, using: &generator) {
                    layers.append(try block(depth: depth + 1, using: &generator))
                }
                return Sequential(layers, name: name("sequence"))
            default:
                let input = Input(shape: isOfImages ? [4, 4, 3] : [5], name: name("in"))
                let inner = try block(depth: depth + 1, using: &generator)
                let sum = try Add(name: name("add"))(inner(input), input)
                return try Model(inputs: [input], outputs: [sum], name: name("residual"))
            }
        }
    }
}
