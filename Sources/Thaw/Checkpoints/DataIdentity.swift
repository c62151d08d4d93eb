import ThawFormats
import ThawTensor

/// What tells the samples of one data set from those of another, at little cost: how many there are, and some of them.
struct DataIdentity: Equatable {
    let count: Int
    /// Of a few samples, before any map.
    let digest: UInt64

    private static let witnesses = 16

    init(of dataset: Dataset) {
        count = dataset.count
        let step = max(1, count / Self.witnesses)
        digest = stride(from: 0, to: count, by: step).reduce(0) { digest, position in
            let sample = dataset.columns.sample(row: dataset.rows[position])
            let identity = UInt64(bitPattern: Int64(dataset.identity(position)))
            return StableHash.combine(StableHash.combine(digest, identity), sample.digest)
        }
    }

    /// Throws unless the samples are those that a checkpoint was saved with.
    func check(_ saved: DataIdentity, _ name: String, file: String) throws {
        guard count == saved.count else {
            throw CheckpointError.otherFit(
                file: file,
                message: "it was saved with \(saved.count) samples of \(name), and there are \(count).")
        }
        guard digest == saved.digest else {
            throw CheckpointError.otherFit(
                file: file,
                message: "it was saved with as many samples of \(name), but other ones or in another order.")
        }
    }
}

extension DataIdentity {
    var json: JSONValue { ["count": .integer(count), "digest": .string("\(digest)")] }

    init(_ fields: CheckpointFields) throws {
        count = try fields.integer("count")
        digest = try fields.bits("digest")
    }
}
