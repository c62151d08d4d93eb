import Foundation
import ThawFormats

/// The folder that a command writes into. It is made, and tried, before any work begins.
struct OutputFolder {
    /// Where it is.
    let url: URL
    /// The folders that were made for it, the innermost first.
    private let made: [URL]

    /// Where the numbers go.
    var results: URL { url.appendingPathComponent("results.json") }
    /// Where the page goes.
    var report: URL { url.appendingPathComponent("report.html") }
    /// Where a model goes.
    var model: URL { url.appendingPathComponent("model.keras") }

    /// Makes the folder if there is none, and checks that files can be written there.
    ///
    /// - Throws: `DemoError.unwritableOutput`.
    init(path: String) throws {
        url = URL(fileURLWithPath: path, isDirectory: true)
        guard !path.isEmpty else {
            throw DemoError.unwritableOutput(path: "\"\"", reason: "the name is empty")
        }
        made = Self.missing(url)
        do {
            try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        } catch {
            throw DemoError.unwritableOutput(
                path: url.path, reason: "it could not be made (\(Self.reason(error, at: url)))")
        }
        for file in [results, report, model] {
            var isFolder: ObjCBool = false
            if FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder), isFolder.boolValue {
                throw DemoError.unwritableOutput(
                    path: url.path, reason: "a folder named \(file.lastPathComponent) is in the way")
            }
        }
        let trial = url.appendingPathComponent(".thaw-trial-\(UUID().uuidString)")
        do {
            try AtomicFile.write([0], to: trial)
            try FileManager.default.removeItem(at: trial)
        } catch {
            let reason = (error as? FormatError)?.what ?? error.localizedDescription
            throw DemoError.unwritableOutput(path: url.path, reason: reason)
        }
    }

    /// Writes both files, each whole or not at all.
    func write(results json: [UInt8], page: String) throws {
        try AtomicFile.write(json, to: results)
        try AtomicFile.write(Array(page.utf8), to: report)
    }

    /// Takes away the folders that were made, if nothing was written into them.
    func removeIfEmpty() {
        // The system refuses to remove a folder that holds something.
        for folder in made { rmdir(folder.path) }
    }

    /// The folders on the way to a folder that are not there, the innermost first.
    private static func missing(_ url: URL) -> [URL] {
        var result: [URL] = []
        var folder = url.standardizedFileURL
        while folder.path != "/", !FileManager.default.fileExists(atPath: folder.path) {
            result.append(folder)
            folder.deleteLastPathComponent()
        }
        return result
    }

    /// Foundation's own texts say little on Linux: name what stands in the way.
    private static func reason(_ error: any Error, at url: URL) -> String {
        var ancestor = url
        while ancestor.path != "/", !FileManager.default.fileExists(atPath: ancestor.path) {
            ancestor.deleteLastPathComponent()
        }
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: ancestor.path, isDirectory: &isFolder)
        if !isFolder.boolValue { return "\(ancestor.path) is a file" }
        if !FileManager.default.isWritableFile(atPath: ancestor.path) {
            return "\(ancestor.path) is not writable"
        }
        return (error as NSError).localizedDescription
    }
}
