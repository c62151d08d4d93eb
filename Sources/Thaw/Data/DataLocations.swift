package import Foundation

/// Where data sets are looked for and kept.
package struct DataLocations: Sendable {
    package let environment: [String: String]
    package let home: URL
    /// Folders that the system's packages install data sets into; each holds a folder per data set.
    package let systemFolders: [URL]

    /// Those that an environment, a home and a system have.
    package init(environment: [String: String], home: URL, systemFolders: [URL]) {
        self.environment = environment
        self.home = home
        self.systemFolders = systemFolders
    }

    /// Those of this process.
    package static var current: DataLocations {
        DataLocations(
            environment: ProcessInfo.processInfo.environment,
            home: FileManager.default.homeDirectoryForCurrentUser,
            systemFolders: [URL(fileURLWithPath: "/usr/share/datasets", isDirectory: true)])
    }

    /// The folder that downloads are kept in: `$XDG_CACHE_HOME/thaw`, `~/Library/Caches/thaw` on macOS,
    /// `~/.cache/thaw` elsewhere.
    package var cache: URL {
        if let path = environment["XDG_CACHE_HOME"], path.hasPrefix("/") {
            return URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent("thaw")
        }
        #if os(macOS)
            return home.appendingPathComponent("Library/Caches/thaw")
        #else
            return home.appendingPathComponent(".cache/thaw")
        #endif
    }

    /// The folders in which a data set may lie, in the order in which they are looked at.
    ///
    /// - Parameters:
    ///   - explicit: a folder that the user named; no other is looked at then.
    ///   - names: what a folder of this data set is called.
    package func candidates(explicit: URL?, names: [String]) -> [URL] {
        func nested(_ folder: URL) -> [URL] { names.map { folder.appendingPathComponent($0) } }
        if let explicit { return [explicit] + nested(explicit) }
        var result: [URL] = []
        if let path = environment["THAW_DATA"], !path.isEmpty {
            let folder = URL(fileURLWithPath: path, isDirectory: true)
            result += [folder] + nested(folder)
        }
        return result + systemFolders.flatMap(nested) + nested(cache)
    }

    /// The files of a data set in the first folder that has all of them.
    ///
    /// - Parameter names: for each file the names that it may have.
    package func find(_ names: [[String]], in folders: [URL]) -> [URL]? {
        for folder in folders {
            let found = names.compactMap { alternatives in
                alternatives.map { folder.appendingPathComponent($0) }.first {
                    FileManager.default.fileExists(atPath: $0.path)
                }
            }
            if found.count == names.count { return found }
        }
        return nil
    }
}
