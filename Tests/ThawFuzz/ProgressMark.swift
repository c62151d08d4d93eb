import Foundation
import Synchronization

/// The number of the file that is being read, where it is found after the process has ended.
final class ProgressMark: Sendable {
    private let descriptor: Int32
    /// The same for the watchdog; -1 before the first file.
    let number = Atomic<Int>(-1)

    init(_ path: String) throws {
        descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit { close(descriptor) }

    func write(_ number: Int) {
        self.number.store(number, ordering: .relaxed)
        withUnsafeBytes(of: number) { _ = pwrite(descriptor, $0.baseAddress, $0.count, 0) }
    }

    /// The number that a process wrote; nil if it has not come to its first file.
    static func number(at path: String) -> Int? {
        guard let data = FileManager.default.contents(atPath: path), data.count == MemoryLayout<Int>.size
        else {
            return nil
        }
        return data.withUnsafeBytes { $0.loadUnaligned(as: Int.self) }
    }
}

/// Ends the process when one file takes far too long.
enum Watchdog {
    /// What the process ends with.
    static let status: Int32 = 75
    private static let patience = 10.0

    static func start(_ mark: ProgressMark) {
        Thread.detachNewThread {
            var last = (number: -1, since: ContinuousClock.now)
            while true {
                Thread.sleep(forTimeInterval: 0.25)
                let number = mark.number.load(ordering: .relaxed)
                if number != last.number { last = (number, .now) }
                let seconds = (ContinuousClock.now - last.since) / .seconds(1)
                if number >= 0, seconds > patience {
                    FileHandle.standardError.write(Data("file \(number) hangs\n".utf8))
                    _exit(status)
                }
            }
        }
    }
}
