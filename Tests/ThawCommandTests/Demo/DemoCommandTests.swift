import ArgumentParser
import Foundation
import Testing
import Thaw

@testable import ThawCommand

/// The command line of `thaw demo`: options, the output folder, missing data, Ctrl-C.
@Suite struct DemoCommandTests {
    @Test func optionsAreRead() throws {
        let command = try #require(
            try ThawCommand.parseAsRoot(["demo", "--output", "x", "--seed", "9", "--quick", "--data", "y"])
                as? DemoCommand)
        #expect(command.output == "x")
        #expect(command.seed == 9)
        #expect(command.quick)
        #expect(command.data == "y")
        let plain = try DemoCommand.parse([])
        #expect(plain.output == "thaw-demo")
        #expect(!plain.quick)
        #expect(plain.data == nil)
    }

    @Test(arguments: [
        ["--seed", "-1"], ["--seed", "many"], ["--seed"], ["--output", ""], ["--data", ""], ["--fast"],
        ["extra"],
    ])
    func badOptionsAreRefused(_ arguments: [String]) {
        #expect { try DemoCommand.parse(arguments) } throws: {
            DemoCommand.exitCode(for: $0) == .validationFailure
        }
    }

    @Test func outputFolderIsMadeAndTried() throws {
        let folder = try DemoSamples.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let output = try OutputFolder(path: folder.appendingPathComponent("a/b").path)
        #expect(try FileManager.default.contentsOfDirectory(atPath: output.url.path).isEmpty)
        try output.write(DemoSamples.report())
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: output.url.path).sorted()
                == ["report.html", "results.json"])
    }

    @Test func unusableOutputIsRefusedBeforeTheWork() async throws {
        let folder = try DemoSamples.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appendingPathComponent("file")
        try Data("x".utf8).write(to: file)
        // A file where the folder, or one above it, should be.
        for path in [file.path, file.appendingPathComponent("deeper").path] {
            let command = try DemoCommand.parse(["--output", path, "--data", folder.path])
            await #expect { try await command.run() } throws: { error in
                guard case .unwritableOutput = error as? DemoError else { return false }
                return "\(error)".contains("\(file.path) is a file") && "\(error)".contains("--output")
            }
        }
        let blocked = folder.appendingPathComponent("blocked")
        try FileManager.default.createDirectory(
            at: blocked.appendingPathComponent("results.json"), withIntermediateDirectories: true)
        #expect { try OutputFolder(path: blocked.path) } throws: {
            "\($0)".contains("a folder named results.json is in the way")
        }
        #expect(throws: DemoError.self) { try OutputFolder(path: "") }
    }

    @Test func missingDataSaysWhatToPutWhere() throws {
        let folder = try DemoSamples.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        #expect {
            try DemoRun(data: folder.path, seed: 1, quick: true, verbosity: .silent).run()
        } throws: { error in
            let text = "\(error)"
            return error is DatasetError && text.contains("train-images-idx3-ubyte.gz")
                && text.contains(folder.path)
        }
    }

    // The only test that takes over the signal: a second one in the process would take it away from this one.
    @Test(.timeLimit(.minutes(1))) func interruptionCallsItsBody() async {
        let (calls, continuation) = AsyncStream.makeStream(of: Void.self)
        let interruption = Interruption { continuation.finish() }
        kill(getpid(), SIGINT)
        for await _ in calls {}
        interruption.end()
    }

    @Test(arguments: [
        (["demo", "--seed", "-1"], "'-1'", "a whole number from 0 to 18446744073709551615"),
        (["demo", "--seed", "1e3"], "'1e3'", "a whole number from 0 to"),
        (["demo", "--seed", "18446744073709551616"], "--seed", "a whole number from 0 to"),
        (["book", "--seeds", "-3"], "'-3'", "a whole number from 1 to 100"),
        (["book", "--seeds", "0"], "--seeds", "a whole number from 1 to 100"),
    ])
    func numbersOutOfRangeAreSaid(_ arguments: [String], _ value: String, _ range: String) {
        #expect { try ThawCommand.parseAsRoot(arguments) } throws: { error in
            let message = ThawCommand.message(for: error)
            return message.contains(value) && message.contains(range)
        }
    }

    @Test func foldersThatStayEmptyAreTakenAway() throws {
        let folder = try DemoSamples.temporaryFolder()
        defer { try? FileManager.default.removeItem(at: folder) }
        try OutputFolder(path: folder.appendingPathComponent("new/../new/deeper").path).removeIfEmpty()
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
        // What was there before stays, and so does what was written.
        let there = folder.appendingPathComponent("there")
        try FileManager.default.createDirectory(at: there, withIntermediateDirectories: true)
        try OutputFolder(path: there.path).removeIfEmpty()
        #expect(FileManager.default.fileExists(atPath: there.path))
        let output = try OutputFolder(path: folder.appendingPathComponent("written").path)
        try output.write(DemoSamples.report())
        output.removeIfEmpty()
        #expect(FileManager.default.fileExists(atPath: output.results.path))
    }
}
