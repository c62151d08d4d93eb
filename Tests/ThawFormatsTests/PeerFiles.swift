import Foundation

/// Where tests leave files for other programs to read; `scripts/check-files` names the folder.
enum PeerFiles {
    static func url(_ name: String) -> URL? {
        ProcessInfo.processInfo.environment["THAW_TEST_FILES"].map {
            URL(fileURLWithPath: $0).appendingPathComponent(name)
        }
    }
}
