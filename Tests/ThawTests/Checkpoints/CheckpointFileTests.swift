import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// The file of a checkpoint: hostile until proven otherwise.
@Suite struct CheckpointFileTests {
    private let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func model() throws -> Sequential {
        try Toy.normalized(
            optimizer: .adam(learningRate: .cosineDecay(from: 0.1, steps: 100)).accumulatingGradients(over: 2)
                .averaging())
    }

    private func callbacks() -> [Callback] {
        [
            EarlyStopping(monitor: "loss", patience: 9, restoreBestWeights: true),
            CSVLogger(folder.path("log.csv")),
        ]
    }

    private func fit(_ model: Sequential, _ callbacks: [Callback]) throws {
        try model.fit(
            Toy.dataset(50), batchSize: 10, epochs: 2, validation: Toy.dataset(20), verbosity: .silent,
            callbacks: callbacks)
    }

    /// The file that a fit left in the middle of its second epoch.
    private func checkpoint() throws -> URL {
        let backup = BackupAndRestore(at: folder.url, saveFrequency: .batches(1))
        #expect(throws: Interruption.self) { try fit(model(), callbacks() + [backup, Interrupter(at: 24)]) }
        return backup.file
    }

    @Test func comesBackAsItWas() throws {
        let file = try checkpoint()
        let first = try Checkpoint(contentsOf: file)
        #expect(first.fit?.place.isWithinEpoch == true && first.fit?.metrics.count == 2)
        try first.write(to: folder.file("again"))
        #expect(try Data(contentsOf: folder.file("again")) == Data(contentsOf: file))
    }

    /// Numbers that JSON has no word for.
    @Test func numbersComeBackBitForBit() throws {
        for number in [0.1, -0.0, .infinity, -.infinity, .leastNonzeroMagnitude, 1e300, 3, .pi, -1e-7] {
            #expect(JSONValue.exact(number).exactNumber?.bitPattern == number.bitPattern)
            var state = CallbackState()
            state[number: "x"] = number
            #expect(state[number: "x"]?.bitPattern == number.bitPattern)
        }
        #expect(JSONValue.exact(.nan).exactNumber?.isNaN == true)
    }

    @Test func truncationsAndFlippedBitsAreRefused() throws {
        let bytes = Array(try Data(contentsOf: try checkpoint()))
        let victim = try model()
        try fit(victim, [])
        let (before, file) = (Toy.values(victim), folder.file("damaged"))
        func expectRefusal(_ damaged: [UInt8], _ what: String) throws {
            try Data(damaged).write(to: file)
            #expect("\(what)") { try victim.loadCheckpoint(from: file) } throws: {
                $0 is CheckpointError || $0 is FormatError
            }
        }
        for place in stride(from: 0, to: bytes.count, by: max(1, bytes.count / 300)) {
            var flipped = bytes
            flipped[place] ^= 1
            try expectRefusal(flipped, "bit of byte \(place)")
            try expectRefusal(Array(bytes[..<place]), "the first \(place) bytes")
        }
        try expectRefusal(bytes + [0], "a byte more")
        try victim.saveWeights(to: folder.file("w.safetensors"))
        #expect { try victim.loadCheckpoint(from: folder.file("w.safetensors")) } throws: {
            "\($0)".contains("is a safetensors file, but no checkpoint")
        }
        #expect(Toy.areIdentical(before, Toy.values(victim)))
    }

    /// Files that are whole and lie: each value of the description is removed, or is something else.
    @Test func lyingDescriptionsAreRefusedOrHarmless() throws {
        let contents = try SafetensorsFile.read(try checkpoint())
        let text = try #require(contents.metadata[Checkpoint.description])
        let object = try JSONValue(parsing: Data(text.utf8), file: "test")
        var lies: [JSONValue] = []
        func collect(_ value: JSONValue, _ put: (JSONValue?) -> JSONValue) {
            let others: [JSONValue?] = [
                nil, .null, .integer(-1), .integer(.max), .string(""), .string("nan"),
                .string("18446744073709551615"),
                .array([]), .object([:]), .bool(true), .integer(3),
            ]
            lies += others.map(put)
            for (name, inner) in value.object ?? [:] {
                collect(inner) { other in
                    var changed = value.object ?? [:]
                    changed[name] = other
                    return put(.object(changed))
                }
            }
            for (index, inner) in (value.array ?? []).enumerated().prefix(2) {
                collect(inner) { other in
                    var changed = value.array ?? []
                    if let other { changed[index] = other } else { changed.remove(at: index) }
                    return put(.array(changed))
                }
            }
        }
        collect(object) { $0 ?? .null }
        #expect(lies.count > 1000)
        var loaded = 0
        let victim = try model()
        try fit(victim, [])
        let (before, iterations) = (Toy.values(victim), victim.optimizer?.iterations)
        for lie in lies {
            let text = lie.text
            let digest = Checkpoint.digest(of: text, contents.tensors)
            // Not by SafetensorsFile.write, which waits for the disk.
            try Data(
                SafetensorsFile.bytes(
                    of: contents.tensors, metadata: [Checkpoint.description: text, Checkpoint.digest: digest])
            ).write(to: folder.file("lie"))
            do {
                try victim.loadCheckpoint(from: folder.file("lie"))
                loaded += 1
                // What it says must not stop the process later, either.
                if loaded % 10 == 0 { try? fit(victim, callbacks()) }
                try victim.setWeights(before)
                victim.optimizer?.iterations = iterations ?? 0
            } catch let error where error is CheckpointError || error is FormatError {
                #expect(victim.optimizer?.iterations == iterations)
            }
        }
        #expect(Toy.areIdentical(before, Toy.values(victim)))
        #expect(loaded > 0 && loaded < lies.count)
    }

    @Test func tensorsThatLieAreRefused() throws {
        let contents = try SafetensorsFile.read(try checkpoint())
        let text = try #require(contents.metadata[Checkpoint.description])
        let victim = try model()
        let before = Toy.values(victim)
        func expectRefusal(_ text: String, _ part: String, _ change: (inout [String: Tensor]) -> Void) throws
        {
            var tensors = contents.tensors
            change(&tensors)
            try SafetensorsFile.write(
                tensors,
                metadata: [
                    Checkpoint.description: text, Checkpoint.digest: Checkpoint.digest(of: text, tensors),
                ],
                to: folder.file("lie"))
            #expect { try victim.loadCheckpoint(from: folder.file("lie")) } throws: { "\($0)".contains(part) }
        }
        let kernel = "parameters/hidden/kernel"
        try expectRefusal(text, "lacks the tensor \(kernel)") { $0[kernel] = nil }
        try expectRefusal(text, "what its tensor more is for") { $0["more"] = .zeros([2]) }
        try expectRefusal(text, "is float64, not float32") { $0[kernel] = $0[kernel]?.cast(to: .float64) }
        try expectRefusal(text, "hidden/kernel has the shape [4, 8] and has the shape [2]") {
            $0[kernel] = .zeros([2])
        }
        let slot = "optimizer/hidden/kernel/momentum"
        try expectRefusal(text, "keeps momentum of shape [2] for hidden/kernel") { $0[slot] = .zeros([2]) }
        #expect(Toy.areIdentical(before, Toy.values(victim)))
        #expect(victim.optimizer?.iterations == 0)
    }

    /// A callback that cannot take its state back leaves the model as it was before the backup was read.
    @Test func aStateThatACallbackRefusesPutsTheModelBack() throws {
        let file = try checkpoint()
        var checkpoint = try Checkpoint(contentsOf: file)
        let index = try #require(checkpoint.fit?.callbacks.firstIndex { $0.type == "EarlyStopping" })
        checkpoint.fit?.callbacks[index].state[tensor: "1"] = .zeros([1])
        try checkpoint.write(to: file)
        let victim = try model()
        let before = Toy.values(victim)
        #expect { try fit(victim, callbacks() + [BackupAndRestore(at: folder.url)]) } throws: {
            "\($0)".contains("no sound \"1\" for the callback EarlyStopping")
        }
        #expect(Toy.areIdentical(before, Toy.values(victim)))
        #expect(victim.optimizer?.iterations == 0 && victim.isTrainable)
    }

    /// While a checkpoint is written the one before stays whole.
    @Test func anOldCheckpointStaysWholeUntilTheNewOneIs() throws {
        let victim = try model()
        let file = folder.file("a")
        try victim.saveCheckpoint(to: file)
        let before = try Data(contentsOf: file)
        // Nothing can be created in the folder: the new file cannot even be begun.
        try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.url.path)
        defer {
            try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.url.path)
        }
        try fit(victim, [])
        if getuid() != 0 { #expect(throws: FormatError.self) { try victim.saveCheckpoint(to: file) } }
        #expect(try Data(contentsOf: file) == before)
    }
}
