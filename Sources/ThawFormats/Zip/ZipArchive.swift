internal import CLibzip
public import Foundation

/// A zip archive (PKWARE's APPNOTE 6.3), opened for reading with libzip.
///
/// The whole archive is checked when it is opened: it is refused if a name is absolute, holds `..` or occurs twice, if an
/// entry is encrypted or compressed by another method than deflate, if an entry claims more than deflate can unfold, or if
/// the entries together claim more compressed bytes than the file has. Nothing is ever extracted to disk: a name means no
/// more than a name.
///
/// ```swift
/// let archive = try ZipArchive(url)
/// let configuration = try archive.read("config.json", limit: 1 << 20)
/// ```
public final class ZipArchive {
    /// One file of an archive.
    public struct Entry: Sendable, Equatable {
        /// The name in the archive, parts separated by `/`.
        public let name: String
        /// The size of the contents in bytes, as the archive claims it; ``ZipArchive/read(_:limit:)`` verifies it.
        public let size: Int
        /// The number of bytes that the contents take in the archive.
        public let compressedSize: Int
        /// Whether the contents are deflated; otherwise they are stored as they are.
        public let isCompressed: Bool

        let index: UInt64
    }

    /// No deflate stream grows by more than this factor.
    public static let largestExpansion = GzipReader.largestExpansion

    /// The files of the archive, in the order of its directory. Entries that stand for folders are left out.
    public let entries: [Entry]

    /// The path of the archive, or a word for data that came from memory.
    public let file: String

    /// The size of the archive itself, in bytes.
    public let byteCount: Int

    private let archive: OpaquePointer
    private let places: [String: Int]

    /// Opens the archive at `url`.
    ///
    /// - Parameters:
    ///   - url: the file. It stays open; what is asked for is read from it then.
    ///   - limit: the largest size of the file that is accepted, in bytes.
    /// - Throws: ``FormatError`` when the file cannot be read, is no zip archive, is damaged or is refused.
    public convenience init(_ url: URL, limit: Int = FileBytes.defaultLimit) throws(FormatError) {
        try self.init(.file(try OpenFile(path: url.path, limit: limit)), file: url.path)
    }

    /// Opens the archive whose contents are `bytes`.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - file: what errors call it.
    /// - Throws: as for a file.
    public convenience init(_ bytes: [UInt8], file: String = "zip archive") throws(FormatError) {
        try self.init(.memory(bytes), file: file)
    }

    private init(_ bytes: StoredBytes, file: String) throws(FormatError) {
        try ZipTail.check(bytes, file: file)
        self.file = file
        byteCount = bytes.count
        var failure = zip_error_t()
        zip_error_init(&failure)
        defer { zip_error_fini(&failure) }
        guard let source = ZipSource(bytes).handle(&failure) else {
            throw Self.error(&failure, file: file)
        }
        guard let archive = zip_open_from_source(source, ZIP_RDONLY | ZIP_CHECKCONS, &failure) else {
            zip_source_free(source)
            throw Self.error(&failure, file: file)
        }
        self.archive = archive
        do throws(FormatError) {
            (entries, places) = try Self.checkedEntries(archive, byteCount: bytes.count, file: file)
        } catch {
            zip_discard(archive)
            throw error
        }
    }

    deinit {
        zip_discard(archive)
    }

    /// The entry called `name`, or `nil` if there is none.
    public func entry(named name: String) -> Entry? {
        places[name].map { entries[$0] }
    }

    /// The contents of the entry called `name`.
    ///
    /// Memory grows with what is really there, never with what the archive claims, and never beyond `limit`. The checksum is
    /// verified.
    ///
    /// - Parameters:
    ///   - name: the name of an entry.
    ///   - limit: the largest size accepted, in bytes.
    /// - Throws: ``FormatError``: `malformed` when there is no such entry or its contents are damaged, `tooLarge`,
    ///   `checksumMismatch`.
    public func read(_ name: String, limit: Int = FileBytes.defaultLimit) throws(FormatError) -> [UInt8] {
        guard let entry = entry(named: name) else {
            throw FormatError(
                .malformed, file: file, what: "the archive has no entry \"\(name.prefix(200))\"",
                expected: entries.isEmpty
                    ? "an archive that is not empty"
                    : "one of "
                        + entries.prefix(8).map { "\"\($0.name.prefix(80))\"" }.joined(separator: ", ")
            )
        }
        guard entry.size <= limit else {
            throw FormatError(
                .tooLarge, file: file, what: "the entry \"\(name.prefix(200))\" is too large",
                expected: "at most \(limit) bytes", got: "\(entry.size)",
                remedy: "Raise the limit if you trust the file")
        }
        guard let stream = zip_fopen_index(archive, entry.index, 0) else {
            throw Self.error(zip_get_error(archive), file: file, entry: name)
        }
        defer { zip_fclose(stream) }
        // What is stored is there in full. What is deflated may claim a thousand times its size, so memory follows what comes.
        var room = entry.isCompressed ? min(entry.size, 8 * entry.compressedSize + 1 << 16) : entry.size
        var result: [UInt8] = []
        while result.count < entry.size {
            let part = try Self.read(stream, atMost: min(room, entry.size - result.count), self, name)
            guard !part.isEmpty else {
                throw FormatError(
                    .truncated, file: file, what: "the entry \"\(name.prefix(200))\" ends too early",
                    expected: "\(entry.size) bytes", got: "\(result.count)", remedy: "Get the file again")
            }
            if result.isEmpty { result = part } else { result += part }
            room = max(1 << 16, result.count)
        }
        // The checksum is compared when the end is met.
        guard try Self.read(stream, atMost: 1, self, name).isEmpty else {
            throw FormatError(
                .malformed, file: file,
                what: "the entry \"\(name.prefix(200))\" is longer than the archive says",
                expected: "\(entry.size) bytes", remedy: "Get the file again")
        }
        return result
    }

    private static func read(
        _ stream: OpaquePointer, atMost count: Int, _ archive: ZipArchive, _ name: String
    ) throws(FormatError) -> [UInt8] {
        var isDamaged = false
        let part = [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            while initialized < count {
                // In pieces that are still in the processor's cache when their checksum is computed.
                let got = zip_fread(
                    stream, buffer.baseAddress.map { $0 + initialized },
                    UInt64(min(count - initialized, 1 << 18)))
                guard got > 0 else {
                    isDamaged = got < 0
                    break
                }
                initialized += Int(got)
            }
        }
        if isDamaged { throw error(zip_file_get_error(stream), file: archive.file, entry: name) }
        return part
    }

    private static func checkedEntries(
        _ archive: OpaquePointer, byteCount: Int, file: String
    ) throws(FormatError) -> ([Entry], [String: Int]) {
        var entries: [Entry] = []
        var places: [String: Int] = [:]
        var names: Set<String> = []
        var claimed = 0
        for index in 0..<UInt64(max(0, zip_get_num_entries(archive, 0))) {
            var status = zip_stat_t()
            zip_stat_init(&status)
            guard zip_stat_index(archive, index, 0, &status) == 0 else {
                throw error(zip_get_error(archive), file: file)
            }
            guard let name = status.name.map({ String(cString: $0) }) else {
                throw FormatError(.malformed, file: file, what: "entry \(index) of the archive has no name")
            }
            let entry = try checked(status, name: name, file: file)
            guard names.insert(name).inserted else {
                throw FormatError(
                    .malformed, file: file, what: "the entry \"\(name.prefix(200))\" occurs twice",
                    remedy: "Get the file again")
            }
            // Entries that share their data would let a small file unfold without bounds.
            claimed += min(entry.compressedSize, byteCount) + 30
            guard entry.compressedSize <= byteCount, claimed <= byteCount else {
                throw FormatError(
                    .malformed, file: file, what: "the entries of the archive claim more than it holds",
                    expected: "at most \(byteCount) bytes", remedy: "Get the file again")
            }
            if name.hasSuffix("/") { continue }
            places[name] = entries.count
            entries.append(entry)
        }
        return (entries, places)
    }

    private static func checked(_ status: zip_stat_t, name: String, file: String) throws(FormatError) -> Entry
    {
        if let reason = ZipName.objection(to: name) {
            throw FormatError(
                .malformed, file: file, what: "the entry \"\(name.prefix(200))\" \(reason)",
                expected: "a relative name inside the archive", remedy: "Do not trust this file")
        }
        let needed = UInt64(
            ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD)
        guard status.valid & needed == needed, let size = Int(exactly: status.size),
            let compressedSize = Int(exactly: status.comp_size)
        else {
            throw FormatError(
                .malformed, file: file, what: "the sizes of the entry \"\(name.prefix(200))\" are absurd")
        }
        guard status.encryption_method == ZIP_EM_NONE else {
            throw FormatError(
                .unsupported, file: file, what: "the entry \"\(name.prefix(200))\" is encrypted",
                remedy: "Decrypt it first")
        }
        let isCompressed = status.comp_method == ZIP_CM_DEFLATE
        guard isCompressed || status.comp_method == ZIP_CM_STORE else {
            throw FormatError(
                .unsupported, file: file,
                what: "the entry \"\(name.prefix(200))\" is compressed by a method that is not supported",
                expected: "0 (stored) or 8 (deflated)", got: "\(status.comp_method)")
        }
        let (largest, overflow) = compressedSize.multipliedReportingOverflow(
            by: isCompressed ? largestExpansion : 1)
        guard overflow || size <= largest, isCompressed || size == compressedSize else {
            throw FormatError(
                .malformed, file: file,
                what: "the entry \"\(name.prefix(200))\" claims more than its data can hold",
                expected: "at most \(largest) bytes", got: "\(size)", remedy: "Do not trust this file")
        }
        return Entry(
            name: name, size: size, compressedSize: compressedSize, isCompressed: isCompressed,
            index: status.index)
    }

    /// libzip's words for what went wrong.
    static func error(
        _ failure: UnsafeMutablePointer<zip_error_t>?, file: String, entry: String? = nil
    ) -> FormatError {
        let code = zip_error_code_zip(failure)
        let reason =
            failure.flatMap { zip_error_strerror($0) }.map { String(cString: $0) } ?? "no reason given"
        let kind: FormatError.Kind =
            switch code {
            case ZIP_ER_CRC: .checksumMismatch
            case ZIP_ER_EOF: .truncated
            case ZIP_ER_COMPNOTSUPP, ZIP_ER_ENCRNOTSUPP, ZIP_ER_MULTIDISK, ZIP_ER_NOPASSWD: .unsupported
            default: .malformed
            }
        let what =
            entry.map { "the entry \"\($0.prefix(200))\" is damaged (\(reason))" }
            ?? (code == ZIP_ER_NOZIP
                ? "this is not a zip archive, or not all of it" : "the zip archive is damaged (\(reason))")
        return FormatError(kind, file: file, what: what, remedy: "Get the file again")
    }
}
