import Foundation

/// What is known of the terminal that is printed to.
enum Terminal {
    /// The number of columns: what `COLUMNS` says, or else what the terminal on standard output says; nil if neither does.
    static var columns: Int? {
        if let text = ProcessInfo.processInfo.environment["COLUMNS"], let count = Int(text), count > 0 {
            return count
        }
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }
}
