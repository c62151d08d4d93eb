import ThawFormats
import ThawTensor

/// Where a `fit` is, and all that its coming steps depend on besides the model.
struct FitState {
    /// A metric's name, and what it has gathered in the epoch under way.
    typealias MetricState = (name: String, tensors: [Tensor])

    var place: FitPlace
    /// Whether a callback has asked for the end.
    var isStopping: Bool
    var seed: UInt64
    var shuffles: Bool
    var batchSize: Int
    var validationFrequency: Int
    var data: DataIdentity
    var validation: DataIdentity?
    /// Empty between epochs.
    var metrics: [MetricState]
    var callbacks: [CallbackRecord]

    /// Throws unless a `fit` with these arguments can go on here.
    ///
    /// - Parameters:
    ///   - modelSeed: the model's own seed; `fit` was given another one if its options have another.
    func check(
        _ options: FitOptions, modelSeed: UInt64, data: DataIdentity, validation: DataIdentity?, file: String
    ) throws {
        func other(_ message: String) -> CheckpointError { .otherFit(file: file, message: message) }
        try data.check(self.data, "training data", file: file)
        switch (validation, self.validation) {
        case (let own?, let saved?): try own.check(saved, "validation data", file: file)
        case (nil, nil): break
        case (_?, nil): throw other("it was saved without validation data, and there is some.")
        case (nil, _?): throw other("it was saved with validation data, and there is none.")
        }
        guard batchSize == options.batchSize else {
            throw other("it was saved with batches of \(batchSize), and batchSize is \(options.batchSize).")
        }
        guard shuffles == options.shuffles else {
            throw other("it was saved with shuffle: \(shuffles), and shuffle is \(options.shuffles).")
        }
        guard validation == nil || validationFrequency == options.validationFrequency else {
            throw other(
                "it was saved with validationFrequency \(validationFrequency), not \(options.validationFrequency)."
            )
        }
        guard options.seed == modelSeed || options.seed == seed else {
            throw other("it was saved with the seed \(seed), and seed is \(options.seed).")
        }
        guard place.epoch < options.epochs || place.epoch == options.epochs && !place.isWithinEpoch else {
            throw other("it is in epoch \(place.epoch + 1) already, and epochs is \(options.epochs).")
        }
        let steps = (data.count - 1) / batchSize + 1
        guard place.batch <= steps else {
            throw CheckpointError.malformed(
                file: file, message: "it has done \(place.batch) of \(steps) batches.")
        }
    }
}

extension FitState {
    func json(_ tensors: inout CheckpointTensors) throws -> JSONValue {
        for (metric, entry) in metrics.enumerated() {
            for (number, tensor) in entry.tensors.enumerated() {
                try tensors.add(tensor, as: "metrics/\(metric)/\(number)")
            }
        }
        for (number, callback) in callbacks.enumerated() {
            try callback.addTensors(to: &tensors, number: number)
        }
        return [
            "place": place.json, "isStopping": .bool(isStopping), "seed": .string("\(seed)"),
            "shuffles": .bool(shuffles), "batchSize": .integer(batchSize),
            "validationFrequency": .integer(validationFrequency), "data": data.json,
            "validation": validation?.json ?? .null,
            "metrics": .array(
                metrics.map { ["name": .string($0.name), "count": .integer($0.tensors.count)] }),
            "callbacks": .array(callbacks.map(\.json)),
        ]
    }

    init(_ fields: CheckpointFields) throws {
        let source = fields.source
        place = try FitPlace(try fields.fields("place"))
        isStopping = try fields.flag("isStopping")
        seed = try fields.bits("seed")
        shuffles = try fields.flag("shuffles")
        batchSize = try fields.integer("batchSize", in: 1...CheckpointFields.largest)
        validationFrequency = try fields.integer("validationFrequency", in: 1...CheckpointFields.largest)
        data = try DataIdentity(try fields.fields("data"))
        validation =
            fields.optional("validation") == nil ? nil : try DataIdentity(try fields.fields("validation"))
        metrics = try fields.list("metrics").enumerated().map { metric, entry in
            let entry = try CheckpointFields(entry, named: "metric", source: source)
            let count = try entry.integer("count", in: 0...1000)
            return (
                try entry.text("name"),
                try (0..<count).map { try source.floats("metrics/\(metric)/\($0)") }
            )
        }
        callbacks = try fields.list("callbacks").enumerated().map { number, entry in
            try CallbackRecord(
                try CheckpointFields(entry, named: "callback", source: source), number: number)
        }
    }
}
