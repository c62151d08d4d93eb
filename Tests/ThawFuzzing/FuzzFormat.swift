public import Foundation
public import ThawTensor

/// A format of files, how to damage them, and what reads them.
public struct FuzzFormat: Sendable {
    /// For people and for `--format`.
    public let name: String
    /// How many of all files are of this format, in proportion to the others' shares.
    public let share: Int
    /// The ending of the file that is written before it is read; nil where bytes are read.
    public let ending: String?
    /// Makes a damaged file.
    public let mutant: @Sendable (inout RandomStream) throws -> [UInt8]
    /// Reads everything in it, from its bytes or from the file they were written to; throws where that is refused.
    public let read: @Sendable ([UInt8], URL) throws -> Void

    init(
        _ name: String, share: Int = 1, ending: String? = nil,
        mutant: @escaping @Sendable (inout RandomStream) throws -> [UInt8],
        read: @escaping @Sendable ([UInt8], URL) throws -> Void
    ) {
        self.name = name
        self.share = share
        self.ending = ending
        self.mutant = mutant
        self.read = read
    }

    /// Files whose bytes are changed.
    init(
        _ name: String, share: Int = 1, ending: String? = nil, files: [[UInt8]],
        read: @escaping @Sendable ([UInt8], URL) throws -> Void
    ) {
        self.init(
            name, share: share, ending: ending,
            mutant: { stream in
                let whole = files[stream.pick(files.count)]
                var mutator = ByteMutator(stream, words: ByteMutator.words)
                return mutator.mutant(of: whole)
            }, read: read)
    }

    /// All formats.
    ///
    /// - Throws: if the files to be damaged cannot be made.
    public static func all() throws -> [FuzzFormat] {
        try arrays() + data() + hdf5() + images() + models()
    }
}

/// Why a mutant counts as a failure.
public struct FuzzFailure: Error, CustomStringConvertible {
    /// What happened.
    public let description: String
}
