#if os(Linux)
    import Foundation
    import Testing

    @testable import Thaw

    /// A training process is killed at random moments, again and again, and goes on from what is left each time.
    ///
    /// The processes are this test program again, told to run `trains` alone. `THAW_TEST_KILLS` says how often; `scripts/check-kill`
    /// does it 200 times.
    @Suite struct KillTests {
        private static let variable = "THAW_TEST_KILL_FOLDER"
        private static let interval = 3
        private static let epochs = 5
        private static let batches = 20

        private static let kills = ProcessInfo.processInfo.environment["THAW_TEST_KILLS"].flatMap { Int($0) }
        /// Larger where it is tried in earnest, so that writing takes its time.
        private static let width = kills == nil ? 200 : 1000

        /// Trains a net of some size, so that much of the time goes into writing checkpoints; a digest of what came out of it.
        private static func train(_ callbacks: [Callback]) throws -> String {
            try Runtime.$engine.withValue(TestEngine.current) {
                var stream = RandomStream(seed: 3)
                let x = stream.normalTensor([batches * 8, 64], mean: 0, standardDeviation: 1)
                let data = try Dataset(x, Tensor((0..<batches * 8).map { Int32($0 * 7 % 5) }))
                    .map(random: { x, y, stream in
                        (x + stream.normalTensor([64], mean: 0, standardDeviation: 0.1), y)
                    })
                let model = Sequential(seed: 8) {
                    Dense(width, activation: .relu, inputShape: [64])
                    BatchNormalization()
                    Dropout(0.3)
                    Dense(width, activation: .relu)
                    Dense(5, activation: .softmax)
                }
                let optimizer = Optimizer.nadam(
                    learningRate: .exponentialDecay(from: 0.002, steps: 30, rate: 0.5)
                )
                .accumulatingGradients(over: 2)
                try model.compile(
                    optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
                let history = try model.fit(
                    data, batchSize: 8, epochs: epochs, validationSplit: 0.1, verbosity: .silent,
                    callbacks: callbacks)
                var hasher = SHA256Hasher()
                for (path, parameter) in model.parameterPaths {
                    let slots = optimizer.slotValues(of: parameter) ?? [:]
                    for (name, tensor) in [(path, parameter.value)] + slots.sorted(by: { $0.key < $1.key }) {
                        hasher.update(Array(name.utf8))
                        tensor.withUnsafeBytes { hasher.update($0) }
                    }
                }
                return "\(hasher.finalize()) \(optimizer.iterations)\n\(history)"
            }
        }

        /// What the process that is killed runs: it notes each batch it has done.
        @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil)) func trains() throws {
            let folder = URL(filePath: try #require(ProcessInfo.processInfo.environment[Self.variable]))
            let log = folder.appending(path: "log").path(percentEncoded: false)
            #expect(FileManager.default.createFile(atPath: log, contents: nil))
            let handle = try #require(FileHandle(forWritingAtPath: log))
            var epoch = 0
            let noting = HookCallback(
                onEpochBegin: { epoch = $0 },
                onTrainBatchEnd: { batch, _ in
                    let step = epoch * Self.steps + batch + 1
                    try handle.write(contentsOf: Data("\(step)\n".utf8))
                })
            let backup = BackupAndRestore(
                at: folder.appending(path: "backup"), saveFrequency: .batches(Self.interval))
            epoch = try backup.hasCheckpoint ? Checkpoint(contentsOf: backup.file).fit?.place.epoch ?? 0 : 0
            let digest = try Self.train([noting, backup])
            try digest.write(to: folder.appending(path: "digest"), atomically: true, encoding: .utf8)
        }

        /// The validation split takes a tenth of the samples.
        private static let steps = batches * 9 / 10

        @Test func nothingIsLostButTheUnfinishedInterval() throws {
            let kills = Self.kills ?? 6
            let expected = try Self.train([])
            let folder = try TestFolder()
            let backup = folder.url.appending(path: "backup/backup.safetensors")
            var (killed, finished, unfinishedFiles, begun, lost) = (0, 0, 0, 0, 0)
            // Half the time of a training, first guessed, then seen.
            var span = 0.5
            while killed < kills {
                let child = try start(in: folder)
                begun += 1
                let log = folder.path("log")
                let isStarted = wait(for: 60) {
                    !child.isRunning || (try? String(contentsOfFile: log, encoding: .utf8))?.isEmpty == false
                }
                try #require(isStarted)
                let start = Date()
                var isDone = wait(for: .random(in: 0...span)) { !child.isRunning }
                if !isDone, killed % 2 == 1 {
                    // Every other one while the next file is written, at a random moment of that.
                    _ = wait(for: span) { !child.isRunning || unfinished(in: folder) > 0 }
                    usleep(.random(in: 0...4000))
                    isDone = !child.isRunning
                }
                if isDone {
                    child.waitUntilExit()
                    try #require(child.terminationStatus == 0)
                    let digest = try String(contentsOfFile: folder.path("digest"), encoding: .utf8)
                    #expect(digest == expected)
                    #expect(!FileManager.default.fileExists(atPath: backup.path))
                    span = max(0.05, Date().timeIntervalSince(start) * 0.8)
                    finished += 1
                    for name in try folder.names { try FileManager.default.removeItem(at: folder.file(name)) }
                    continue
                }
                kill(child.processIdentifier, SIGKILL)
                child.waitUntilExit()
                // It may have ended by itself in between.
                if FileManager.default.fileExists(atPath: folder.path("digest")) { continue }
                killed += 1
                let text = try String(contentsOfFile: log, encoding: .utf8)
                let last = text.split(separator: "\n").last.flatMap { Int($0) } ?? 0
                var saved = 0
                if FileManager.default.fileExists(atPath: backup.path) {
                    let place = try #require(try Checkpoint(contentsOf: backup).fit?.place)
                    saved = place.epoch * Self.steps + place.batch
                }
                // A batch is noted before it is saved. At the very end the checkpoint is deleted.
                let isOver = saved == 0 && last == Self.epochs * Self.steps
                #expect(isOver || last - saved <= Self.interval, "\(last) were done, \(saved) are saved")
                if !isOver { lost = max(lost, last - saved) }
                unfinishedFiles += unfinished(in: folder)
            }
            print(
                "\(killed) kills of \(begun) processes, \(unfinishedFiles) of them while a file was written; \(finished) trainings "
                    + "came to their end with the same bits; at most \(lost) batches done again, saved every \(Self.interval)"
            )
            // The last one goes to its end.
            let child = try start(in: folder)
            child.waitUntilExit()
            #expect(child.terminationStatus == 0)
            #expect(try String(contentsOfFile: folder.path("digest"), encoding: .utf8) == expected)
        }

        /// The files that were begun and not finished.
        private func unfinished(in folder: TestFolder) -> Int {
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path("backup"))) ?? []
            return names.filter { $0.hasSuffix(".partial") }.count
        }

        private func start(in folder: TestFolder) throws -> Process {
            for name in ["log", "digest"] { try? FileManager.default.removeItem(at: folder.file(name)) }
            let child = Process()
            child.executableURL = URL(
                filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
            child.arguments = ["--testing-library", "swift-testing", "--filter", "KillTests/trains"]
            child.environment = ProcessInfo.processInfo.environment.merging([
                Self.variable: folder.url.path(percentEncoded: false)
            ]) { $1 }
            child.standardOutput = FileHandle.nullDevice
            child.standardError = FileHandle.nullDevice
            try child.run()
            return child
        }

        /// Waits until something holds, at most so many seconds; whether it does.
        private func wait(for seconds: Double, until isTrue: () -> Bool) -> Bool {
            let end = Date(timeIntervalSinceNow: seconds)
            repeat {
                if isTrue() { return true }
                usleep(300)
            } while Date() < end
            return false
        }
    }
#endif
