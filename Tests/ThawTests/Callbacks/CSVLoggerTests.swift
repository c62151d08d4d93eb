import Foundation
import Testing
import Thaw

@Suite struct CSVLoggerTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private var lines: [String] {
        get throws {
            try String(contentsOfFile: folder.path("log.csv"), encoding: .utf8)
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
    }

    @Test func validationThatComesLaterHasItsColumns() throws {
        let model = try Toy.classifier()
        let history = try model.fit(
            try Toy.dataset(6), epochs: 2, validation: try Toy.dataset(3), validationFrequency: 2,
            verbosity: .silent, callbacks: [CSVLogger(folder.path("log.csv"))])
        let lines = try lines
        #expect(lines[0] == "epoch,accuracy,loss,val_accuracy,val_loss")
        #expect(lines[1].hasSuffix(",NA,NA") && lines[1].hasPrefix("0,"))
        #expect(lines[2].hasSuffix(",\(history.validationLoss[1])"))
    }

    @Test func lineThatWasCutOffStaysALine() throws {
        try Data("epoch,loss\n0,1.5\n1,0.".utf8).write(to: folder.file("log.csv"))
        try Toy.classifier().fit(
            try Toy.dataset(6), epochs: 2, verbosity: .silent,
            callbacks: [CSVLogger(folder.path("log.csv"), append: true)])
        let lines = try lines
        #expect(lines.count == 6 && lines[2] == "1,0.")
        #expect(lines[3].hasPrefix("0,") && lines[4].hasPrefix("1,") && lines[5].isEmpty)
    }
}
