import Foundation

/// One line on the standard error stream that tells how far a download is; on anything but a terminal it is
/// written once.
final class ProgressLine {
    private let title: String
    /// Nil where it is not known beforehand.
    private let total: Int?
    private let isTerminal = isatty(FileHandle.standardError.fileDescriptor) != 0
    private var lastWritten = Date.distantPast
    private var hasLine = false

    init(_ title: String, total: Int?) {
        self.title = title
        self.total = total
        if !isTerminal { write("\(title)\(total.map { " (\(Self.megabytes($0)) MB)" } ?? "")\n") }
    }

    /// Shows that `count` bytes have come; at most ten times a second.
    func update(_ count: Int) {
        guard isTerminal, count == total || Date().timeIntervalSince(lastWritten) > 0.1 else { return }
        lastWritten = Date()
        hasLine = true
        let whole = total.map { " of \(Self.megabytes($0))" } ?? ""
        write("\r\(title): \(Self.megabytes(count))\(whole) MB")
    }

    /// Leaves the line.
    func finish() {
        if hasLine { write("\n") }
        hasLine = false
    }

    private func write(_ text: String) {
        FileHandle.standardError.write(Data(text.utf8))
    }

    private static func megabytes(_ count: Int) -> String {
        String(format: "%.1f", Double(count) / 1e6)
    }
}
