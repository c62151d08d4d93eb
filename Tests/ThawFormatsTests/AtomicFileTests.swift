import Foundation
import Testing
import ThawFormats

@Suite struct AtomicFileTests {
    struct Interruption: Error {}

    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    @Test func replacesAndLeavesNothingBehind() throws {
        let url = folder.file("model")
        try AtomicFile.write([1, 2, 3], to: url)
        try AtomicFile.write(to: url) { file in
            try file.write([4])
            try file.write([UInt8](repeating: 5, count: 100_000))
            #expect(file.count == 100_001)
        }
        #expect(try Data(contentsOf: url) == Data([4] + [UInt8](repeating: 5, count: 100_000)))
        #expect(try folder.names == ["model"])
    }

    @Test func failureKeepsTheOldFile() throws {
        let url = folder.file("model")
        try AtomicFile.write([1, 2, 3], to: url)
        #expect(throws: Interruption.self) {
            try AtomicFile.write(to: url) { file in
                try file.write([9, 9])
                throw Interruption()
            }
        }
        #expect(try Data(contentsOf: url) == Data([1, 2, 3]))
        #expect(try folder.names == ["model"])
    }

    @Test func oldFileStaysVisibleUntilTheEnd() throws {
        let url = folder.file("model")
        try AtomicFile.write([1], to: url)
        try AtomicFile.write(to: url) { file in
            try file.write([2])
            #expect(try Data(contentsOf: url) == Data([1]))
        }
        #expect(try Data(contentsOf: url) == Data([2]))
    }

    @Test func missingFolderIsNamed() {
        let error = #expect(throws: FormatError.self) {
            try AtomicFile.write([1], to: folder.file("absent/model"))
        }
        #expect(error?.kind == .unwritable)
        #expect(error?.description.contains("absent does not exist") == true)
    }

    @Test func fileInPlaceOfTheFolderIsNamed() throws {
        let file = try folder.file("file", holding: [])
        let error = #expect(throws: FormatError.self) {
            try AtomicFile.write([1], to: file.appendingPathComponent("model"))
        }
        #expect(error?.description.contains("is not a folder") == true)
    }

    @Test func folderOfTheSameNameIsNamed() throws {
        try FileManager.default.createDirectory(at: folder.file("model"), withIntermediateDirectories: false)
        let error = #expect(throws: FormatError.self) { try AtomicFile.write([1], to: folder.file("model")) }
        #expect(error?.description.contains("in the way") == true)
        #expect(try folder.names == ["model"])
    }

    /// What is no plain file is not put out of the way: /dev/null would be a file from then on.
    @Test func pipeOfTheSameNameStays() throws {
        let url = folder.file("pipe")
        #expect(mkfifo(url.path, 0o600) == 0)
        let error = #expect(throws: FormatError.self) { try AtomicFile.write([1], to: url) }
        #expect(error?.kind == .unwritable)
        #expect(try folder.names == ["pipe"])
        var status = stat()
        #expect(lstat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO)
    }

    @Test(.disabled(if: getuid() == 0, "the superuser may write anywhere"))
    func unwritableFolder() throws {
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
        let error = #expect(throws: FormatError.self) { try AtomicFile.write([1], to: folder.file("model")) }
        #expect(error?.description.contains("cannot be written to") == true)
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/proc/self"), "needs /proc"))
    func folderThatNobodyCanWriteTo() {
        let error = #expect(throws: FormatError.self) {
            try AtomicFile.write([1], to: URL(fileURLWithPath: "/proc/model"))
        }
        #expect(error?.kind == .unwritable)
        #expect(error?.description.contains("/proc cannot be written to") == true)
    }
}
