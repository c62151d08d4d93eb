import Foundation
import ThawFormats

/// A file that results are written to, whole or not at all. That it can be written is tried before any work begins.
struct OutputFile: Sendable {
    private let url: URL

    /// - Throws: `DemoError.unwritableOutput` if the folder is not there or cannot be written to.
    init(path: String) throws {
        url = URL(fileURLWithPath: path)
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder), isFolder.boolValue {
            throw DemoError.unwritableOutput(path: url.path, reason: "it is a folder")
        }
        let trial = url.deletingLastPathComponent().appendingPathComponent(".thaw-trial-\(UUID().uuidString)")
        do {
            try AtomicFile.write([0], to: trial)
            try FileManager.default.removeItem(at: trial)
        } catch {
            let reason = (error as? FormatError)?.what ?? error.localizedDescription
            throw DemoError.unwritableOutput(path: url.path, reason: reason)
        }
    }

    /// Replaces the contents.
    func write(_ bytes: [UInt8]) throws { try AtomicFile.write(bytes, to: url) }
}
