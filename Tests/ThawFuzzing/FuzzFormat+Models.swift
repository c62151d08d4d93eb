import Foundation
import Thaw
import ThawFormats
import ThawTensor

extension FuzzFormat {
    /// Whole models: the archives of Keras 3, and HDF5 of Keras 2 and 3. Descriptions are changed as descriptions, weights as
    /// HDF5, and sometimes the bytes of the whole.
    static func models() throws -> [FuzzFormat] {
        let corpus = try ModelCorpus()
        return [
            FuzzFormat(
                "keras", share: 5, ending: "keras",
                mutant: { stream in
                    let archive = corpus.archives[stream.pick(corpus.archives.count)]
                    switch stream.pick(8) {
                    case 0:
                        var mutator = ByteMutator(stream, words: ByteMutator.words)
                        return mutator.mutant(of: try archive.bytes())
                    case 1: return try archive.changing("model.weights.h5") { changed($0, &stream) }.bytes()
                    case 2: return try archive.changing("thaw.json") { text($0, &stream) }.bytes()
                    default: return try archive.changing("config.json") { text($0, &stream) }.bytes()
                    }
                }
            ) { _, url in _ = try Model.load(from: url) },
            FuzzFormat(
                "keras-h5", share: 4, ending: "h5",
                mutant: { stream in
                    let model = corpus.models[stream.pick(corpus.models.count)]
                    if stream.pick(4) == 0 { return changed(try model.bytes(), &stream) }
                    var mutator = JSONMutator(stream)
                    var mutant = model
                    if stream.pick(4) == 0 {
                        mutant.training = mutant.training.map { mutator.mutant(of: $0) }
                    } else {
                        mutant.description = mutator.mutant(of: mutant.description)
                    }
                    return try mutant.bytes()
                }
            ) { _, url in _ = try Model.load(from: url) },
            FuzzFormat(
                "weights-h5", ending: "h5",
                mutant: { stream in
                    changed(corpus.weights[stream.pick(corpus.weights.count)], &stream)
                }
            ) { bytes, _ in
                for dataset in try HDF5File(bytes).root.datasets() { _ = try dataset.readTensor() }
            },
            FuzzFormat(
                "json",
                mutant: { stream in
                    let archive = corpus.archives[stream.pick(corpus.archives.count)]
                    var mutator = ByteMutator(stream, words: JSONWords.all)
                    return mutator.mutant(of: archive.contents("config.json"))
                }
            ) { bytes, _ in _ = try JSONValue(parsing: Data(bytes), file: "json") },
        ]
    }

    /// HDF5 with changes to its structures.
    private static func changed(_ bytes: [UInt8], _ stream: inout RandomStream) -> [UInt8] {
        var mutant = bytes
        for _ in 0...stream.pick(4) { HDF5Mutation.apply(to: &mutant, &stream) }
        return mutant
    }

    /// A text in JSON with changes to its values; now and then to its bytes, or in another encoding.
    private static func text(_ bytes: [UInt8], _ stream: inout RandomStream) -> [UInt8] {
        guard let value = try? JSONValue(parsing: Data(bytes), file: "json") else { return bytes }
        var mutator = JSONMutator(stream.derived("json"))
        let text = mutator.mutant(of: value).text
        switch stream.pick(20) {
        case 0: return [UInt8](text.data(using: .utf16) ?? Data())
        case 1:
            var mutator = ByteMutator(stream, words: JSONWords.all)
            return mutator.mutant(of: Array(text.utf8))
        default: return Array(text.utf8)
        }
    }
}

/// What means something in JSON.
private enum JSONWords {
    static let all: [[UInt8]] = [
        "[", "]", "{", "}", ",", ":", "\"", "null", "true", "1e999", "-", "9999999999999999999999", "\\u0000",
        "\\ud800",
        "NaN", "Infinity", "[[[[[[[[", "\u{FEFF}", "0.", "1.7976931348623157e308",
    ].map { Array($0.utf8) }
}
