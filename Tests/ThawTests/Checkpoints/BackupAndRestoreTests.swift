import Foundation
import Testing

@testable import Thaw

@Suite struct BackupAndRestoreTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private var file: URL { folder.file("backup/backup.safetensors") }

    private func backup(_ frequency: ModelCheckpoint.Frequency = .epoch, deletes: Bool = true)
        -> BackupAndRestore
    {
        BackupAndRestore(at: folder.file("backup"), saveFrequency: frequency, deleteCheckpoint: deletes)
    }

    @discardableResult
    private func fit(_ callbacks: [Callback], epochs: Int = 4, model: Sequential? = nil) throws -> Sequential
    {
        let model = try model ?? Toy.classifier(optimizer: .adam())
        try model.fit(
            Toy.dataset(40), batchSize: 10, epochs: epochs, verbosity: .silent, callbacks: callbacks)
        return model
    }

    @Test func deletesItsCheckpointAtTheEnd() throws {
        var sizes: [Bool] = []
        let watching = HookCallback(onEpochBegin: { _ in
            sizes.append(FileManager.default.fileExists(atPath: file.path))
        })
        try fit([backup(), watching])
        #expect(sizes == [false, true, true, true])
        #expect(try folder.names == [])
    }

    @Test func leavesOtherFilesInItsFolder() throws {
        try FileManager.default.createDirectory(at: folder.file("backup"), withIntermediateDirectories: true)
        try Data([1]).write(to: folder.file("backup/mine.txt"))
        try Data([1]).write(to: folder.file("backup/.backup.safetensors.0000.partial"))
        try fit([backup()])
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path("backup")) == ["mine.txt"])
    }

    @Test func keepsItsCheckpointIfAsked() throws {
        let first = try fit([backup(deletes: false)])
        #expect(FileManager.default.fileExists(atPath: file.path))
        // The same again does nothing; more epochs go on.
        var begun: [Int] = []
        let watching = HookCallback(onEpochBegin: { begun.append($0) })
        let second = try fit([backup(deletes: false), watching])
        #expect(begun == [] && second.history == first.history)
        #expect(Toy.areIdentical(Toy.values(first), Toy.values(second)))
        let third = try fit([backup(), watching], epochs: 6)
        let whole = try fit([], epochs: 6)
        #expect(begun == [4, 5] && third.history == whole.history)
        #expect(third.history?.plannedEpochs == 6)
    }

    @Test func savesAfterSoManyBatches() throws {
        var places: [Int] = []
        var last: Data?
        let watching = HookCallback(onTrainBatchBegin: { _ in
            let now = try? Data(contentsOf: file)
            if now != last { places.append(try #require(Checkpoint(contentsOf: file).fit).place.batch) }
            last = now
        })
        // Counted over epochs of 4 batches: after 3, 6, 9, 12 and 15, the batches being 3, 2, 1, 4 and 3 of their epochs.
        try fit([watching, backup(.batches(3))])
        #expect(places == [3, 2, 1, 4, 3])
    }

    @Test func tellsCallbacksThatTheyGoOn() throws {
        var flags: [Bool] = []
        final class Asking: Callback {
            let report: (Bool) -> Void
            init(_ report: @escaping (Bool) -> Void) {
                self.report = report
                super.init()
            }
            override func onTrainBegin() { report(isResuming) }
        }
        let asking = Asking { flags.append($0) }
        #expect(throws: Interruption.self) { try fit([backup(), asking, Interrupter(at: 15)]) }
        try fit([backup(), asking])
        try fit([backup(), asking])
        #expect(flags == [false, true, false])
    }

    /// The line is printed by a process of its own, as `fit` prints to standard output.
    @Test func saysWhereItGoesOn() {
        var place = FitPlace(epoch: 2)
        #expect(place.description(of: 10, steps: 50) == "at epoch 3/10")
        place.begin(at: 100)
        place.batch = 7
        #expect(place.description(of: 10, steps: 50) == "in epoch 3/10 after batch 7/50")
        #expect(FitPlace(epoch: 10).description(of: 10, steps: 50) == "after the last of 10 epochs")
    }

    @Test func refusesSettingsThatMakeNoSense() throws {
        #expect {
            try fit([backup(.batches(0))])
        } throws: { "\($0)".contains("saveFrequency is .batches(0)") }
        #expect {
            try Toy.classifier().findLearningRate(on: Toy.dataset(40), batchSize: 4, callbacks: [backup()])
        } throws: { "\($0)".contains("leave out BackupAndRestore") }
        try Data().write(to: folder.file("backup"))
        #expect { try fit([backup()]) } throws: {
            "\($0)".contains("BackupAndRestore cannot create the folder")
        }
    }

    /// A backup wins over a checkpoint that was loaded by hand: a program that always loads one first loses nothing.
    @Test func aBackupWinsOverALoadedCheckpoint() throws {
        let expected = try fit([])
        let loaded = folder.file("first")
        let saving = try Toy.classifier(optimizer: .adam())
        try fit(
            [HookCallback(onEpochBegin: { if $0 == 0 { try saving.saveCheckpoint(to: loaded) } })],
            model: saving)
        #expect(throws: Interruption.self) { try fit([backup(), Interrupter(at: 25)]) }
        let model = try Toy.classifier(optimizer: .adam())
        try model.loadCheckpoint(from: loaded)
        var begun: [Int] = []
        try fit([backup(), HookCallback(onEpochBegin: { begun.append($0) })], model: model)
        #expect(begun == [2, 3])
        #expect(Toy.areIdentical(Toy.values(model), Toy.values(expected)))
    }

    /// Lines of epochs that are done again stand in the file once.
    @Test func aLogOfValuesGoesOn() throws {
        let log = folder.path("log.csv")
        #expect(throws: Interruption.self) {
            try fit([CSVLogger(log), backup(.batches(5)), Interrupter(at: 32)])
        }
        let lines = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count
        #expect(lines == 4)
        try fit([CSVLogger(log), backup(.batches(5))])
        let text = try String(contentsOfFile: log, encoding: .utf8)
        try fit([CSVLogger(log)])
        #expect(try String(contentsOfFile: log, encoding: .utf8) == text)
    }
}
