import Foundation
import Testing
import Thaw

/// The same seed gives the same bits, twice in one process and in two.
///
/// The other processes are this test program again, told to run `writesADigest` alone.
@Suite struct ProcessPromiseTests {
    private static let variable = "THAW_TEST_DIGEST_FILE"

    /// Trains a net with convolutions, Batch Normalization, Dropout and Adam, and one of Dense layers alone;
    /// a digest of all that came out of it.
    private static func digest() throws -> String {
        try Runtime.$engine.withValue(TestEngine.current) {
            var stream = RandomStream(seed: 11)
            let images = stream.normalTensor([150, 12, 12, 3], mean: 0, standardDeviation: 1)
            let labels = Tensor((0..<150).map { Int32($0 * 7 % 5) })
            let convolutional = Sequential(seed: 21) {
                Conv2D(16, kernelSize: 3, padding: .same, usesBias: false, inputShape: [12, 12, 3])
                BatchNormalization()
                ReLU()
                MaxPooling2D()
                Dropout(0.25)
                Flatten()
                Dense(5, activation: .softmax)
            }
            let dense = Sequential(seed: 22) {
                Flatten(inputShape: [12, 12, 3])
                Dense(300, activation: .selu, kernelInitializer: .lecunNormal)
                Dense(5, activation: .softmax)
            }
            var digest = ""
            for (model, optimizer) in [(convolutional, Optimizer.adam()), (dense, .sgd(momentum: 0.9))] {
                try model.compile(
                    optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
                let history = try model.fit(
                    images, labels, epochs: 3, validationSplit: 0.2, verbosity: .silent)
                model.freeze()
                digest += "\(model.frozenDigest) \(history.values.sorted { $0.key < $1.key })\n"
            }
            return digest
        }
    }

    @Test func twiceInOneProcess() throws {
        #expect(try Self.digest() == Self.digest())
    }

    #if os(Linux)
        @Test func inTwoProcesses() throws {
            let own = try Self.digest()
            for _ in 0..<2 {
                let file = FileManager.default.temporaryDirectory.appending(
                    path: "digest-\(UUID().uuidString)")
                defer { try? FileManager.default.removeItem(at: file) }
                let child = Process()
                child.executableURL = URL(
                    filePath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                child.arguments = [
                    "--testing-library", "swift-testing", "--filter", "ProcessPromiseTests/writesADigest",
                ]
                child.environment = ProcessInfo.processInfo.environment.merging([Self.variable: file.path]) {
                    $1
                }
                child.standardOutput = FileHandle.nullDevice
                child.standardError = FileHandle.nullDevice
                try child.run()
                child.waitUntilExit()
                #expect(child.terminationStatus == 0)
                #expect(try String(contentsOf: file, encoding: .utf8) == own)
            }
        }
    #endif

    /// What the other process runs.
    @Test(.enabled(if: ProcessInfo.processInfo.environment[variable] != nil)) func writesADigest() throws {
        let path = try #require(ProcessInfo.processInfo.environment[Self.variable])
        try Self.digest().write(toFile: path, atomically: true, encoding: .utf8)
    }
}
