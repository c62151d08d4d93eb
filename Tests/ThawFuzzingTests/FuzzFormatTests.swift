import Foundation
import Testing
import ThawFormats
import ThawFuzzing
import ThawTensor

/// Some damaged files of every format; `scripts/fuzz` reads many more, and watches memory too.
@Suite struct FuzzFormatTests {
    static let formats = (try? FuzzFormat.all()) ?? []

    @Test func allFormatsAreThere() throws {
        #expect(try FuzzFormat.all().count == 18)
        #expect(Set(Self.formats.map(\.name)).count == Self.formats.count)
    }

    @Test(arguments: formats.indices) func damagedFilesAreReadOrRefused(_ index: Int) throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "thaw-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let report = try FuzzRun(Self.formats[index], seed: 1, folder: folder).read(0..<150)
        // The time of a test that shares the machine says little; what hangs for good shows itself.
        #expect(report.count == 150)
        #expect(report.refused > 15 && report.read > 0, "\(report)")
    }

    @Test func theSameNumberIsTheSameFile() throws {
        for format in Self.formats {
            let folder = FileManager.default.temporaryDirectory
            let runs = [3, 3, 4].map { FuzzRun(format, seed: $0, folder: folder) }
            let files = try runs.map { run in try (0..<8).map(run.file) }
            #expect(files[0] == files[1], "\(format.name)")
            #expect(files[0] != files[2], "\(format.name)")
        }
    }

    @Test func descriptionsChangeAndStayJSON() throws {
        let value: JSONValue = ["a": [1, 2, ["b": "c"]], "d": 1.5, "e": .null]
        var results: Set<String> = []
        for number in 0..<200 {
            var mutator = JSONMutator(RandomStream(seed: UInt64(number)))
            results.insert(mutator.mutant(of: value).text)
        }
        #expect(results.count > 150)
    }
}
