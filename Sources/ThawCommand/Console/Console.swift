import Foundation

/// Where a command writes: its result, and remarks beside it, which are not part of the result.
struct Console: Sendable {
    /// The process's standard output and standard error, unless a test puts others here.
    @TaskLocal static var current = Console(
        result: { StandardStream.output.write($0) }, remark: { StandardStream.error.write($0) })

    let result: @Sendable (String) -> Void
    let remark: @Sendable (String) -> Void

    /// Writes a line, or several, of the result.
    static func print(_ text: String) { current.result(text + "\n") }

    /// Writes a remark as a line of its own.
    static func remark(_ text: String) { current.remark("thaw: \(text)\n") }
}

/// A stream of the process. Foundation's would end the process with a trap when nobody reads on, as in `thaw weights | head`.
enum StandardStream: Int32 {
    case output = 1
    case error = 2

    func write(_ text: String) {
        // What a shell reports of a process that a closed pipe ended.
        if !Self.write(text, to: rawValue), self == .output { exit(141) }
    }

    /// Writes to a file descriptor; false if nobody reads from it any more.
    static func write(_ text: String, to descriptor: Int32) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while !rest.isEmpty {
                let count = Foundation.write(descriptor, rest.baseAddress, rest.count)
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return errno != EPIPE }
                rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            }
            return true
        }
    }
}
