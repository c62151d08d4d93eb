import ThawFormats

/// Where a `fit` is between two of its steps.
struct FitPlace {
    /// The epoch that is under way or comes next, from 0.
    var epoch: Int
    /// Whether that epoch has begun: its callbacks were told so, its order is fixed.
    var isWithinEpoch = false
    /// The batches done in it.
    var batch = 0
    /// Whether the epoch under way goes on with what the frozen prefix made of the samples.
    var readsFeatures = false
    /// The number of the optimizer's coming batch when the epoch began: what the order of samples is keyed by.
    var epochStart = 0
    /// The same when `fit` began.
    var fitStart = 0
    /// The logs of the last finished epoch.
    var lastLogs: [(name: String, value: Double)] = []

    init(epoch: Int) { self.epoch = epoch }

    /// Notes that an epoch begins.
    mutating func begin(at batchNumber: Int) { (isWithinEpoch, batch, epochStart) = (true, 0, batchNumber) }

    /// Notes that the epoch is over.
    mutating func end(_ logs: [(name: String, value: Double)]) {
        (epoch, isWithinEpoch, batch, lastLogs) = (epoch + 1, false, 0, logs)
    }

    /// Where that is, for people.
    func description(of epochs: Int, steps: Int) -> String {
        if isWithinEpoch { return "in epoch \(epoch + 1)/\(epochs) after batch \(batch)/\(steps)" }
        return epoch >= epochs ? "after the last of \(epochs) epochs" : "at epoch \(epoch + 1)/\(epochs)"
    }
}

extension FitPlace {
    var json: JSONValue {
        [
            "epoch": .integer(epoch), "isWithinEpoch": .bool(isWithinEpoch), "batch": .integer(batch),
            "readsFeatures": .bool(readsFeatures),
            "epochStart": .integer(epochStart), "fitStart": .integer(fitStart),
            "lastLogs": .array(lastLogs.map { [.string($0.name), .exact($0.value)] }),
        ]
    }

    init(_ fields: CheckpointFields) throws {
        epoch = try fields.integer("epoch")
        isWithinEpoch = try fields.flag("isWithinEpoch")
        batch = try fields.integer("batch", in: 0...(isWithinEpoch ? CheckpointFields.largest : 0))
        readsFeatures = try fields.flag("readsFeatures")
        epochStart = try fields.integer("epochStart")
        fitStart = try fields.integer("fitStart")
        lastLogs = try fields.list("lastLogs").map { entry in
            guard let entry = entry.array, entry.count == 2, let name = entry[0].string,
                let value = entry[1].exactNumber
            else { throw fields.wrong("lastLogs") }
            return (name, value)
        }
    }
}
