import Foundation
import ThawFormats
import ThawTensor

/// Everything that training depends on: the model with its optimizer, where `fit` is, and what was recorded.
///
/// In a file it is a safetensors file. Its metadata holds a description in JSON, which says what each tensor is for, and a
/// SHA-256 digest of description and tensors, so that a damaged bit shows.
struct Checkpoint {
    var model: ModelState
    /// Where the `fit` under way is; nil between two calls.
    var fit: FitState?
    /// What was recorded so far.
    var history: History?

    /// The names of the texts in the file.
    static let description = "thaw.checkpoint"
    static let digest = "sha256"

    init(model: ModelState, fit: FitState?, history: History?) {
        self.model = model
        self.fit = fit
        self.history = history
    }

    /// Replaces the file. The old one stays whole until the new one is complete and on the disk.
    func write(to url: URL) throws {
        var tensors = CheckpointTensors()
        let object: JSONValue = [
            "version": 1, "model": try model.json(&tensors), "fit": try fit?.json(&tensors) ?? .null,
            "history": history?.json ?? .null,
        ]
        let text = object.text
        try SafetensorsFile.write(
            tensors.tensors,
            metadata: [Self.description: text, Self.digest: Self.digest(of: text, tensors.tensors)], to: url)
    }

    /// Reads a file, which is taken to be hostile.
    ///
    /// - Parameter limit: the largest size of the file that is accepted, in bytes.
    /// - Throws: `FormatError` if it cannot be read or is no safetensors file; `CheckpointError.malformed` if it is damaged.
    init(contentsOf url: URL, limit: Int = FileBytes.defaultLimit) throws {
        let contents = try SafetensorsFile.read(url, limit: limit)
        let source = CheckpointSource(file: url.path, tensors: contents.tensors)
        guard let text = contents.metadata[Self.description] else {
            throw source.malformed("it is a safetensors file, but no checkpoint.")
        }
        guard contents.metadata[Self.digest] == Self.digest(of: text, contents.tensors) else {
            throw source.malformed("its contents do not give the digest that was saved with them.")
        }
        let fields = try CheckpointFields(
            try JSONValue(parsing: Data(text.utf8), file: url.path), named: "description", source: source)
        let version = try fields.integer("version")
        guard version == 1 else {
            throw FormatError(
                .unsupported, file: url.path, what: "this is a checkpoint of version \(version)",
                expected: "version 1", remedy: "Use a newer Thaw")
        }
        model = try ModelState(try fields.fields("model"))
        fit = fields.optional("fit") == nil ? nil : try FitState(try fields.fields("fit"))
        history = fields.optional("history") == nil ? nil : try History(try fields.fields("history"))
        try source.finish()
    }

    static func digest(of text: String, _ tensors: [String: Tensor]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(Array(text.utf8))
        for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
            hasher.update(Array("\n\(name)\(tensor.dtype)\(tensor.shape)\n".utf8))
            tensor.withUnsafeBytes { hasher.update($0) }
        }
        return hasher.finalize()
    }
}

extension Model {
    /// The largest checkpoint that is read: sixteen times the parameters are more than they, slots, averages, gathered
    /// gradients and the best weights take.
    var largestCheckpoint: Int { max(FileBytes.defaultLimit, 16 * 4 * parameterCount) }
}

/// A checkpoint that a `fit` is to go on from.
struct Resumption {
    /// The file it came from, for people.
    let file: String
    let fit: FitState
    let history: History?
}
