internal import CLibzip
public import Foundation
internal import ThawTensor

extension ZipArchive {
    /// A file to put into an archive.
    public struct Item: Sendable {
        /// Its name in the archive, parts separated by `/`.
        public let name: String
        /// Whether it is deflated; otherwise it is stored as it is.
        public let isCompressed: Bool
        let source: @Sendable () -> ZipSource

        /// A file of some bytes.
        ///
        /// - Parameters:
        ///   - name: its name in the archive: relative, without `..`.
        ///   - contents: its bytes.
        ///   - isCompressed: whether to deflate it.
        public init(_ name: String, contents: [UInt8], isCompressed: Bool = false) {
            self.name = name
            self.isCompressed = isCompressed
            source = { ZipSource(.memory(contents)) }
        }

        /// A file of some bytes followed by those of a tensor, which are not copied.
        init(_ name: String, header: [UInt8], tensor: Tensor, isCompressed: Bool) {
            self.name = name
            self.isCompressed = isCompressed
            source = { ZipSource(header, tensor) }
        }
    }

    /// Replaces the file at `url` by an archive of `items`, in their order. The old file stays whole until the new one is
    /// complete.
    ///
    /// The same items give the same bytes: every entry bears the first time that the format knows, the start of 1980.
    ///
    /// - Parameters:
    ///   - items: the files.
    ///   - url: where the archive goes.
    /// - Throws: ``FormatError`` of kind `unsupported` when a name is absolute, holds `..` or occurs twice, `unwritable` when
    ///   the system refuses.
    public static func write(_ items: [Item], to url: URL) throws(FormatError) {
        try check(items, file: url.path)
        do {
            try AtomicFile.write(to: url) { file in try write(items, to: ZipSink(file), file: url.path) }
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    /// The bytes of an archive of `items`, as ``write(_:to:)`` writes them.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` when a name is absolute, holds `..` or occurs twice.
    public static func bytes(of items: [Item]) throws(FormatError) -> [UInt8] {
        try check(items, file: "zip archive")
        let sink = ZipSink(nil)
        do {
            try write(items, to: sink, file: "zip archive")
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: "zip archive", what: "no archive could be made (\(error))")
        }
        return sink.bytes
    }

    private static func check(_ items: [Item], file: String) throws(FormatError) {
        var names: Set<String> = []
        for item in items {
            let isTwice = !names.insert(item.name).inserted
            guard let reason = isTwice ? "occurs twice" : ZipName.objection(to: item.name) else { continue }
            throw FormatError(
                .unsupported, file: file, what: "the entry \"\(item.name.prefix(200))\" \(reason)",
                expected: "a relative name of its own", remedy: "Give it another name")
        }
    }

    private static func write(_ items: [Item], to sink: ZipSink, file: String) throws {
        if items.isEmpty {
            // libzip would write nothing at all.
            let end: [UInt8] = [0x50, 0x4B, 5, 6] + [UInt8](repeating: 0, count: 18)
            try end.withUnsafeBytes { try sink.write($0) }
            return try sink.flush()
        }
        var failure = zip_error_t()
        zip_error_init(&failure)
        defer { zip_error_fini(&failure) }
        guard let target = sink.handle(&failure) else { throw unwritten(&failure, file) }
        guard let archive = zip_open_from_source(target, ZIP_CREATE | ZIP_TRUNCATE, &failure) else {
            zip_source_free(target)
            throw unwritten(&failure, file)
        }
        do {
            for item in items { try add(item, to: archive, file: file) }
            guard zip_close(archive) == 0 else {
                throw sink.failure ?? unwritten(zip_get_error(archive), file)
            }
        } catch {
            zip_discard(archive)
            throw error
        }
    }

    private static func add(_ item: Item, to archive: OpaquePointer, file: String) throws(FormatError) {
        var failure = zip_error_t()
        zip_error_init(&failure)
        defer { zip_error_fini(&failure) }
        guard let source = item.source().handle(&failure) else { throw unwritten(&failure, file) }
        let index = zip_file_add(archive, item.name, source, UInt32(ZIP_FL_ENC_UTF_8))
        guard index >= 0 else {
            zip_source_free(source)
            throw unwritten(zip_get_error(archive), file)
        }
        // libzip's own default is the slowest level; 6 is zlib's.
        let method = Int32(item.isCompressed ? ZIP_CM_DEFLATE : ZIP_CM_STORE)
        guard zip_set_file_compression(archive, UInt64(index), method, item.isCompressed ? 6 : 0) == 0,
            zip_file_set_dostime(archive, UInt64(index), 0, 1 << 5 | 1, 0) == 0
        else { throw unwritten(zip_get_error(archive), file) }
    }

    private static func unwritten(_ failure: UnsafeMutablePointer<zip_error_t>?, _ file: String)
        -> FormatError
    {
        let reason =
            failure.flatMap { zip_error_strerror($0) }.map { String(cString: $0) } ?? "no reason given"
        return FormatError(.unwritable, file: file, what: "the zip archive could not be written (\(reason))")
    }
}
