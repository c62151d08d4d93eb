public import Foundation

/// Writing files so that a crash at any moment leaves the old contents whole.
public enum AtomicFile {
    /// Replaces the file at `url` by what `body` writes.
    ///
    /// `body` writes to a new file under a temporary name in the same folder. When it returns, the file is
    /// synced to the disk and renamed to `url`; when it throws, the temporary file is removed and `url` is as
    /// it was.
    ///
    /// ```swift
    /// try AtomicFile.write(to: url) { file in try file.write(header); try file.write(contents) }
    /// ```
    ///
    /// - Throws: ``FormatError`` of kind `unwritable` when the system refuses, and where `url` is a folder or no plain file; and
    ///   what `body` throws.
    public static func write(to url: URL, _ body: (AtomicFileWriter) throws -> Void) throws {
        let path = url.path
        let folder = url.deletingLastPathComponent().path
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            throw FormatError(
                .unwritable, file: path, what: "a folder of this name is in the way",
                remedy: "Choose another name or remove the folder")
        }
        try refuseSpecialFile(path)
        let name = ".\(url.lastPathComponent.prefix(180)).\(UUID().uuidString).partial"
        let temporary = url.deletingLastPathComponent().appendingPathComponent(name).path
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw unwritableFolder(folder, file: path) }
        let writer = AtomicFileWriter(descriptor: descriptor, path: path)
        do {
            try body(writer)
            guard fsync(descriptor) == 0 else { throw unwritable(path) }
        } catch {
            writer.close()
            unlink(temporary)
            throw error
        }
        writer.close()
        guard rename(temporary, path) == 0 else {
            let error = unwritable(path)
            unlink(temporary)
            throw error
        }
        syncFolder(folder)
    }

    /// A new file under the name of a device or a pipe would put that out of the way.
    private static func refuseSpecialFile(_ path: String) throws(FormatError) {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG else { return }
        throw FormatError(
            .unwritable, file: path, what: "a device, pipe or socket of this name is in the way",
            remedy: "Choose another name")
    }

    /// Replaces the file at `url` by `bytes`.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable`.
    public static func write(_ bytes: [UInt8], to url: URL) throws {
        try write(to: url) { file in try file.write(bytes) }
    }

    /// The rename itself must survive a power failure; a folder that cannot be synced (some network disks) is
    /// no error.
    private static func syncFolder(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    private static func unwritableFolder(_ folder: String, file: String) -> FormatError {
        let reason = FileBytes.systemError()
        var isFolder: ObjCBool = false
        let exists = FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder)
        guard exists else {
            return FormatError(
                .unwritable, file: file, what: "the folder \(folder) does not exist",
                remedy: "Create it first")
        }
        guard isFolder.boolValue else {
            return FormatError(
                .unwritable, file: file, what: "\(folder) is not a folder", remedy: "Choose another place")
        }
        return FormatError(
            .unwritable, file: file, what: "the folder \(folder) cannot be written to (\(reason))",
            remedy: "Change its permissions or choose another folder")
    }

    static func unwritable(_ path: String) -> FormatError {
        FormatError(
            .unwritable, file: path, what: "the file could not be written (\(FileBytes.systemError()))",
            remedy: "Check the free space and the permissions")
    }
}

/// The open temporary file that ``AtomicFile/write(to:_:)`` hands to its body; of no use after the body
/// returns.
public final class AtomicFileWriter {
    private var descriptor: Int32
    private let path: String

    /// The number of bytes written so far.
    public private(set) var count = 0

    init(descriptor: Int32, path: String) {
        self.descriptor = descriptor
        self.path = path
    }

    deinit { close() }

    /// Appends bytes.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable`, as when the disk is full.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(FormatError) {
        guard descriptor >= 0 else {
            throw FormatError(.unwritable, file: path, what: "the file was closed before this write")
        }
        var rest = bytes
        while !rest.isEmpty {
            let part = Foundation.write(descriptor, rest.baseAddress, rest.count)
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { throw AtomicFile.unwritable(path) }
            count += part
            rest = UnsafeRawBufferPointer(rebasing: rest[part...])
        }
    }

    /// Appends bytes.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable`, as when the disk is full.
    public func write(_ bytes: [UInt8]) throws(FormatError) {
        let failure: FormatError? = bytes.withUnsafeBytes { buffer in
            do throws(FormatError) {
                try write(buffer)
                return nil
            } catch {
                return error
            }
        }
        if let failure { throw failure }
    }

    /// Replaces bytes that were written before; all of them lie before ``count``.
    func overwrite(_ bytes: UnsafeRawBufferPointer, at place: Int) throws(FormatError) {
        guard descriptor >= 0 else {
            throw FormatError(.unwritable, file: path, what: "the file was closed before this write")
        }
        var written = 0
        while written < bytes.count {
            let part = pwrite(
                descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written,
                off_t(place + written))
            if part < 0 && errno == EINTR { continue }
            guard part > 0 else { throw AtomicFile.unwritable(path) }
            written += part
        }
    }

    func close() {
        guard descriptor >= 0 else { return }
        Foundation.close(descriptor)
        descriptor = -1
    }
}
