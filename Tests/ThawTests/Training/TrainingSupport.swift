import Thaw

/// Small models and data for the tests of training.
enum Toy {
    /// Points in three clusters on a line of `features` dimensions, with their cluster as the label.
    static func clusters(_ count: Int, features: Int = 4, seed: UInt64 = 1) -> (x: Tensor, y: Tensor) {
        var stream = RandomStream(seed: seed)
        var x: [Float] = []
        var y: [Int32] = []
        for index in 0..<count {
            let label = index % 3
            y.append(Int32(label))
            for _ in 0..<features { x.append(Float(label - 1) + 0.3 * stream.normal()) }
        }
        return (Tensor(shape: [count, features], scalars: x), Tensor(shape: [count], scalars: y))
    }

    static func dataset(_ count: Int, seed: UInt64 = 1) throws -> Dataset {
        let (x, y) = clusters(count, seed: seed)
        return try Dataset(x, y)
    }

    /// A compiled classifier of the clusters.
    static func classifier(
        optimizer: Optimizer = .sgd(learningRate: 0.1), seed: UInt64 = 7, dropout: Double = 0
    ) throws -> Sequential {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: seed) {
                Dense(8, activation: .relu, inputShape: [4], name: "hidden")
                if dropout > 0 { Dropout(dropout) }
                Dense(3, activation: .softmax, name: "output")
            }
            try model.compile(
                optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            return model
        }
    }

    /// A compiled classifier with Batch Normalization.
    static func normalized(
        optimizer: Optimizer = .sgd(learningRate: 0.1), seed: UInt64 = 7
    ) throws -> Sequential {
        try Runtime.$engine.withValue(TestEngine.current) {
            let model = Sequential(seed: seed) {
                Dense(8, inputShape: [4], name: "hidden")
                BatchNormalization(momentum: 0.9, name: "normalization")
                Activation(.relu, name: "activation")
                Dense(3, activation: .softmax, name: "output")
            }
            try model.compile(
                optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
            return model
        }
    }

    /// Every parameter and statistic of a model.
    static func values(_ model: Model) -> [Tensor] { model.allParameters.map(\.value) }

    static func areIdentical(_ left: [Tensor], _ right: [Tensor]) -> Bool {
        left.count == right.count && zip(left, right).allSatisfy { $0.isBitwiseEqual(to: $1) }
    }
}

/// A layer whose output is not finite for some inputs: the logarithm.
final class LogarithmLayer: Layer {
    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        try input.log()
    }
    override func cloned() throws -> Layer { LogarithmLayer() }
}
