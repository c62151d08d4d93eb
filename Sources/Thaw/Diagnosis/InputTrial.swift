import ThawEngine
import ThawGraph
import ThawTensor

/// Tries whether inputs that are scaled or shifted would look to the first normalizations like those that they were trained on.
final class InputTrial {
    /// What may be done to inputs: `x * scale + offset`, and then perhaps a preprocessing of images.
    struct Change: Equatable {
        let scale: Double
        let offset: Double
        /// What it is, for people: `x / 255`; empty for one that was fitted.
        var name = ""
        var preprocessing: Preprocessing?

        /// What people do to pixels, and forget, or do twice.
        static let known: [Change] = [
            Change(scale: 1 / 255, offset: 0, name: "x / 255"),
            Change(scale: 255, offset: 0, name: "x * 255"),
            Change(scale: 1 / 127.5, offset: -1, name: "x / 127.5 - 1"),
            Change(scale: 127.5, offset: 127.5, name: "(x + 1) * 127.5"),
            Change(scale: 2, offset: -1, name: "x * 2 - 1"),
            Change(scale: 0.5, offset: 0.5, name: "(x + 1) / 2"),
            Change(scale: 510, offset: -1, name: "x * 510 - 1"),
            Change(scale: 1 / 0.226, offset: -0.449 / 0.226, name: "(x - 0.449) / 0.226"),
            Change(scale: 0.226, offset: 0.449, name: "x * 0.226 + 0.449"),
            Change(scale: -1, offset: 1, name: "1 - x"), Change(scale: -1, offset: 255, name: "255 - x"),
            Change(scale: -1, offset: 0, name: "-x"),
        ]

        /// What people do to the channels of colour images.
        static let ofColours: [Change] = [
            Change(
                scale: 1, offset: 0, name: "try Preprocessing(divisor: 1, channelOrder: .bgr)(x)",
                preprocessing: .blueFirst),
            Change(scale: 1, offset: 0, name: "try Preprocessing.caffe(x)", preprocessing: .caffe),
            Change(scale: 255, offset: 0, name: "try Preprocessing.caffe(x * 255)", preprocessing: .caffe),
            Change(scale: 1, offset: 0, name: "try Preprocessing.torch(x)", preprocessing: .torch),
            Change(scale: 255, offset: 0, name: "try Preprocessing.torch(x * 255)", preprocessing: .torch),
        ]
    }

    /// How many samples are tried.
    static let samples = 64

    private let model: Model
    private let feeder: BatchFeeder
    private let step: CompiledStep
    private let places: [(mean: Int, variance: Int)]
    private let calls: [NormalizationCall]
    private let rows: Int

    /// Nil for a model of several inputs, or one that begins with no normalization.
    init?(model: Model, feeder: BatchFeeder) throws {
        guard feeder.inputShapes.count == 1 else { return nil }
        self.model = model
        self.feeder = feeder
        rows = min(Self.samples, feeder.count)
        var key = feeder.key(kind: .predict, model: model, mode: .inference)
        key.batchSize = rows
        key.targetShapes = []
        key.isWeighted = false
        let builder = StepBuilder(model: model, key: key, compilation: nil, writesState: false)
        _ = try model.trace(builder.inputs, context: builder.context)
        let records = builder.context.tracer.beginAnotherTrace()
        calls = NormalizationCall.all(in: records, of: builder.graph).filter { $0.level == 0 }
        guard !calls.isEmpty else { return nil }
        places = try calls.enumerated().map { index, call in
            let (mean, variance) = try call.input.moments()
            builder.graph.addOutput("mean_\(index)", mean)
            builder.graph.addOutput("variance_\(index)", variance)
            return (2 * index, 2 * index + 1)
        }
        step = try builder.compiled()
    }

    /// The changes that may be tried on these inputs.
    var knownChanges: [Change] {
        let shape = feeder.inputShapes[0]
        return Change.known + (shape.count == 3 && shape[2] == 3 ? Change.ofColours : [])
    }

    /// The inputs of the first normalizations after a change.
    private func statistics(after change: Change) throws -> [ChannelStatistics] {
        feeder.begin(order: nil, batchSize: rows, seed: model.seed, epoch: 0, engine: model.engine)
        try feeder.fill(step, start: 0, rows: rows)
        if let slot = step.inputSlots.first {
            let (scale, offset) = (Float(change.scale), Float(change.offset))
            try step.executable.withInput(slot) { bytes in
                let numbers = bytes.bindMemory(to: Float.self)
                for place in numbers.indices { numbers[place] = numbers[place] * scale + offset }
                guard let preprocessing = change.preprocessing else { return }
                let images = Tensor(shape: [rows] + feeder.inputShapes[0], scalars: Array(numbers))
                _ = numbers.update(fromContentsOf: try preprocessing(images).floats)
            }
        }
        try step.executable.run()
        return places.map { place in
            ChannelStatistics(
                mean: step.executable.output(place.mean).doubles,
                variance: step.executable.output(place.variance).doubles)
        }
    }

    /// How far the moving statistics are from the inputs after a change.
    func drift(after change: Change, from moving: [ChannelStatistics]) throws -> Double {
        drift(try statistics(after: change), from: moving)
    }

    private func drift(_ seen: [ChannelStatistics], from moving: [ChannelStatistics]) -> Double {
        let all = zip(zip(seen, moving), calls).map { pair, call in
            pair.1.drift(from: pair.0, epsilon: call.layer.epsilon)
        }
        return all.reduce(0, +) / Double(max(1, all.count))
    }

    /// The change that fits best what the moving statistics say, where the first layers are linear: the scale from the variances,
    /// then the offset from the means.
    func fitted(to moving: [ChannelStatistics]) throws -> Change? {
        let plain = try statistics(after: Change(scale: 1, offset: 0))
        var ratios: [Double] = []
        for (seen, kept) in zip(plain, moving) {
            for (own, wanted) in zip(seen.variance, kept.variance) where own > 1e-12 && wanted > 0 {
                ratios.append((wanted / own).squareRoot())
            }
        }
        guard !ratios.isEmpty else { return nil }
        let scale = Spread(of: ratios).median
        guard scale > 0, scale.isFinite else { return nil }
        let scaled = try statistics(after: Change(scale: scale, offset: 0))
        let shifted = try statistics(after: Change(scale: scale, offset: 1))
        // Least squares, each channel in its deviations.
        var (product, square) = (0.0, 0.0)
        for (index, kept) in moving.enumerated() {
            for channel in kept.mean.indices {
                let weight = 1 / (kept.variance[channel] + calls[index].layer.epsilon)
                let slope = shifted[index].mean[channel] - scaled[index].mean[channel]
                product += weight * slope * (kept.mean[channel] - scaled[index].mean[channel])
                square += weight * slope * slope
            }
        }
        let offset = square > 0 ? product / square : 0
        return offset.isFinite ? Change(scale: scale, offset: offset) : nil
    }
}
