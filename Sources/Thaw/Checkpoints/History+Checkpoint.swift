import ThawFormats

extension History {
    var json: JSONValue {
        [
            "epochs": .array(epochs.map(JSONValue.integer)),
            "names": .array(names.map(JSONValue.string)),
            "values": .array(names.map { .array(self[$0].map(JSONValue.exact)) }),
            "batchSize": .integer(batchSize), "stepsPerEpoch": .integer(stepsPerEpoch),
            "plannedEpochs": .integer(plannedEpochs), "skippedSteps": .integer(skippedSteps),
        ]
    }

    init(_ fields: CheckpointFields) throws {
        self.init(
            batchSize: try fields.integer("batchSize"), stepsPerEpoch: try fields.integer("stepsPerEpoch"),
            plannedEpochs: try fields.integer("plannedEpochs"))
        skippedSteps = try fields.integer("skippedSteps")
        epochs = try fields.list("epochs").map { value in
            guard let epoch = value.integer, epoch >= 0 else { throw fields.wrong("epochs") }
            return epoch
        }
        names = try fields.texts("names")
        let lists = try fields.list("values")
        guard lists.count == names.count, Set(names).count == names.count else { throw fields.wrong("names") }
        for (name, list) in zip(names, lists) {
            let numbers = (list.array ?? []).compactMap(\.exactNumber)
            guard numbers.count == epochs.count, list.array?.count == epochs.count else {
                throw fields.wrong("values")
            }
            values[name] = numbers
        }
    }

    /// The same course of training as part of a `fit` that has other plans.
    func planned(epochs: Int, stepsPerEpoch: Int) -> History {
        var result = History(batchSize: batchSize, stepsPerEpoch: stepsPerEpoch, plannedEpochs: epochs)
        (result.epochs, result.names, result.values) = (self.epochs, names, values)
        result.skippedSteps = skippedSteps
        return result
    }
}
