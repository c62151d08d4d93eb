import Foundation

/// A folder of its own for one test of data files, removed with everything in it at the end.
final class DataFolder: Sendable {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("thaw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func file(_ name: String) -> URL { url.appendingPathComponent(name) }

    func write(_ bytes: [UInt8], to name: String) throws {
        let file = file(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: file)
    }

    func names(_ folder: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: file(folder).path).sorted()
    }
}

/// A gzip member that stores `bytes` in uncompressed blocks.
func storedGzip(_ bytes: [UInt8]) -> [UInt8] {
    func little(_ value: Int, _ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var result: [UInt8] = [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]
    var start = 0
    repeat {
        let end = min(start + 65_535, bytes.count)
        result.append(end == bytes.count ? 1 : 0)
        result += little(end - start, 2)
        result += little(~(end - start), 2)
        result += bytes[start..<end]
        start = end
    } while start < bytes.count
    var sum = ~UInt32(0)
    for byte in bytes {
        sum ^= UInt32(byte)
        for _ in 0..<8 { sum = sum & 1 == 1 ? (sum >> 1) ^ 0xEDB8_8320 : sum >> 1 }
    }
    return result + little(Int(~sum), 4) + little(bytes.count, 4)
}

/// A member of a tar archive: header, contents, padding.
func tarFile(_ name: String, _ contents: [UInt8]) -> [UInt8] {
    var block = [UInt8](repeating: 0, count: 512)
    func put(_ text: String, _ offset: Int) {
        block.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
    }
    func octal(_ value: Int, _ width: Int) -> String {
        let digits = String(value, radix: 8)
        return String(repeating: "0", count: width - digits.count) + digits
    }
    put(name, 0)
    put(octal(contents.count, 11), 124)
    put("        ", 148)
    put("0", 156)
    put(octal(block.reduce(0) { $0 + Int($1) }, 6), 148)
    block[154] = 0
    return block + contents + [UInt8](repeating: 0, count: (512 - contents.count % 512) % 512)
}

/// A web server on this machine that gives one answer to whoever asks.
final class LocalServer: Sendable {
    let url: URL
    private let listener: Int32

    /// - Parameters:
    ///   - status: the status line's number and words.
    ///   - declared: the content length that is claimed; the true one unless given.
    init(status: String = "200 OK", body: [UInt8], declared: Int? = nil) throws {
        #if os(Linux)
            let kind = Int32(SOCK_STREAM.rawValue)
        #else
            let kind = SOCK_STREAM
        #endif
        let listener = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let failure = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                bind(listener, pointer, length) | listen(listener, 8)
                    | getsockname(listener, pointer, &length)
            }
        }
        guard failure == 0, let url = URL(string: "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))")
        else { throw CocoaError(.fileReadUnknown) }
        self.listener = listener
        self.url = url
        let head =
            "HTTP/1.1 \(status)\r\nContent-Length: \(declared ?? body.count)\r\nConnection: close\r\n\r\n"
        let answer = Array(head.utf8) + body
        #if os(Linux)
            // A client that hangs up must not kill the tests.
            let flags = Int32(MSG_NOSIGNAL)
        #else
            let flags: Int32 = 0
            signal(SIGPIPE, SIG_IGN)
        #endif
        Thread.detachNewThread {
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                var request = [UInt8](repeating: 0, count: 4096)
                _ = recv(connection, &request, request.count, 0)
                var sent = 0
                while sent < answer.count {
                    let part = answer[sent...].withUnsafeBytes {
                        send(connection, $0.baseAddress, $0.count, flags)
                    }
                    if part <= 0 { break }
                    sent += part
                }
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(2))
        close(listener)
    }
}
