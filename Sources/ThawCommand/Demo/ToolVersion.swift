import Foundation
import Thaw

/// What the tool is, and what it runs on.
enum ToolVersion {
    /// The version of Thaw.
    static let thaw = "0.1.0"

    /// Thaw, the engine, the system and its cores, by name.
    static var versions: [String: String] {
        let process = ProcessInfo.processInfo
        return [
            "thaw": thaw, "engine": Runtime.engine.name, "system": process.operatingSystemVersionString,
            "cores": "\(process.activeProcessorCount)",
        ]
    }
}
