import Foundation
import ThawFormats

/// A file that results are written to, whole or not at all. That it can be written is tried before any work begins.
struct OutputFile: Sendable {
    private let url: URL

    /// - Parameters:
    ///   - path: the file; its folder must exist.
    ///   - option: the option that names it, for errors.
    /// - Throws: `DemoError.unwritableFile` if the folder is not there or cannot be written to.
    init(path: String, option: String) throws {
        url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            throw DemoError.unwritableFile(path: url.path, reason: "it is a folder", option: option)
        }
        let trial = url.deletingLastPathComponent().appendingPathComponent(".thaw-trial-\(UUID().uuidString)")
        do {
            try AtomicFile.write([0], to: trial)
            try FileManager.default.removeItem(at: trial)
        } catch {
            let reason = (error as? FormatError)?.what ?? error.localizedDescription
            throw DemoError.unwritableFile(path: url.path, reason: reason, option: option)
        }
    }

    /// Replaces the contents.
    func write(_ bytes: [UInt8]) throws { try AtomicFile.write(bytes, to: url) }
}
