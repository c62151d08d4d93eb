import Foundation
import Testing
import ThawFormats
import ThawTensor

@testable import Thaw

@Suite(.timeLimit(.minutes(1))) struct RemoteFileTests {
    let folder: DataFolder
    let body = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }

    init() throws { folder = try DataFolder() }

    func remote(_ base: URL, size: Int? = nil, digest: String? = nil) -> RemoteFile {
        RemoteFile(
            url: base.appendingPathComponent("file.bin"), size: size ?? body.count,
            digest: digest ?? SHA256Digest.hex(of: body))
    }

    /// Nothing but what was there before may be left.
    func expectFailure(_ file: RemoteFile, saying words: String) throws {
        let error = #expect(throws: DownloadError.self) { try file.download(to: folder.file("cache")) }
        #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
        #expect(try folder.names("cache").isEmpty)
    }

    @Test func overHTTP() throws {
        let server = try LocalServer(body: body)
        try remote(server.url).download(to: folder.file("a/b"))
        #expect(try Data(contentsOf: folder.file("a/b/file.bin")) == Data(body))
        #expect(try folder.names("a/b") == ["file.bin"])
    }

    @Test func fromAFile() throws {
        try folder.write(body, to: "mirror/file.bin")
        try remote(folder.file("mirror")).download(to: folder.file("cache"))
        #expect(try Data(contentsOf: folder.file("cache/file.bin")) == Data(body))
    }

    @Test func wrongContents() throws {
        let server = try LocalServer(body: body)
        try expectFailure(remote(server.url, digest: String(repeating: "0", count: 64)), saying: "SHA-256")
    }

    @Test func declaredTooLarge() throws {
        let server = try LocalServer(body: body)
        try expectFailure(remote(server.url, size: 1000), saying: "larger than the 1000 bytes")
    }

    @Test func tooSmall() throws {
        let server = try LocalServer(body: body)
        try expectFailure(
            remote(server.url, size: body.count + 1), saying: "expected 300001 bytes, got 300000")
    }

    @Test func cutConnection() throws {
        let server = try LocalServer(body: body, declared: body.count + 100)
        try expectFailure(remote(server.url, size: body.count + 100), saying: "could not be downloaded")
    }

    @Test func refusal() throws {
        let server = try LocalServer(status: "404 Not Found", body: [])
        try expectFailure(remote(server.url), saying: "404")
    }

    @Test func noServer() throws {
        let nowhere = try #require(URL(string: "http://127.0.0.1:1"))
        try expectFailure(remote(nowhere), saying: "could not be downloaded")
    }

    @Test func mirrorWithoutTheFile() throws {
        try expectFailure(remote(folder.file("mirror")), saying: "file.bin")
    }

    @Test func unwritableCache() throws {
        try folder.write([], to: "cache")
        let server = try LocalServer(body: body)
        #expect(throws: (any Error).self) { try remote(server.url).download(to: folder.file("cache/inner")) }
    }
}
