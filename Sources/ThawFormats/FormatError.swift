import Foundation
public import ThawTensor

/// What went wrong while a file was read or written: the file, what happened, what was expected, what came
/// and how to mend it.
///
/// ```
/// train-labels.gz: the file ends too early: expected 60008 bytes, got 41000. Download the file again.
/// ```
public struct FormatError: ThawError, Equatable {
    /// The kind of failure, for programs that react to it.
    public enum Kind: Sendable, Equatable {
        /// The file is missing, is not a plain file, or the system refused to read it.
        case unreadable
        /// The file or its folder could not be written.
        case unwritable
        /// The file ends before what its own header promises.
        case truncated
        /// The contents contradict the format or themselves.
        case malformed
        /// A stored checksum does not match the contents.
        case checksumMismatch
        /// The contents are larger than the limit that the caller set.
        case tooLarge
        /// The contents are valid, but of a kind that is not supported.
        case unsupported
    }

    /// The kind of failure.
    public let kind: Kind
    /// The path of the file, or a word for data that came from memory.
    public let file: String
    /// What happened.
    public let what: String
    /// What would have been right.
    public let expected: String?
    /// What was found instead.
    public let got: String?
    /// How to mend it.
    public let remedy: String?

    /// An error about `file`.
    public init(
        _ kind: Kind, file: String, what: String, expected: String? = nil, got: String? = nil,
        remedy: String? = nil
    ) {
        self.kind = kind
        self.file = file
        self.what = what
        self.expected = expected
        self.got = got
        self.remedy = remedy
    }

    /// One line with everything that is known.
    public var description: String {
        var text = "\(file): \(what)"
        switch (expected, got) {
        case (let expected?, let got?): text += ": expected \(expected), got \(got)"
        case (let expected?, nil): text += ": expected \(expected)"
        case (nil, let got?): text += ": got \(got)"
        case (nil, nil): break
        }
        if let remedy { text += ". \(remedy)" }
        return text.hasSuffix(".") ? text : text + "."
    }

    /// The same error about a file of another name, for readers of bytes that do not know where these came
    /// from.
    func about(_ file: String) -> FormatError {
        FormatError(kind, file: file, what: what, expected: expected, got: got, remedy: remedy)
    }
}
