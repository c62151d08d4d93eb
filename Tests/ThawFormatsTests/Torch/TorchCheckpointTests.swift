import Foundation
import Testing
import ThawTensor

@testable import ThawFormats

@Suite struct TorchCheckpointTests {
    struct Expected: Decodable {
        struct File: Decodable {
            var format: String
            var path: [String]
            var tensors: [ExpectedTensor]
            /// What is not read, by name.
            var leftOut: [String: String]

            enum CodingKeys: String, CodingKey {
                case format, path, tensors
                case leftOut = "left_out"
            }
        }
        var read: [String: File]
        var refused: [String: String]
    }

    @Test func readsWhatPyTorchWrote() throws {
        let expected: Expected = try ArchiveFixtures.decode("torch.json")
        #expect(expected.read.count == 24)
        for (name, file) in expected.read {
            let checkpoint = try TorchCheckpoint.read(ArchiveFixtures.folder.appending(path: "torch/\(name)"))
            #expect(checkpoint.format == (file.format == "zip" ? .zip : .legacy), "\(name)")
            #expect(checkpoint.path == file.path, "\(name)")
            let leftOut = Dictionary(checkpoint.leftOut.map { ($0.name, $0.object) }) { $1 }
            #expect(leftOut == file.leftOut, "\(name)")
            #expect(checkpoint.tensors.map(\.name) == file.tensors.map { $0.name ?? "" }, "\(name)")
            for (tensor, values) in zip(checkpoint.tensors, file.tensors) {
                #expect(values.matches(tensor.tensor), "\(name), \(tensor.name): \(tensor.tensor)")
            }
        }
    }

    @Test func refusesWhatWouldExecute() throws {
        let expected: Expected = try ArchiveFixtures.decode("torch.json")
        #expect(expected.refused.count == 9)
        for (name, part) in expected.refused {
            let error = #expect(throws: FormatError.self) {
                try TorchCheckpoint.read(ArchiveFixtures.bytes("torch/\(name)"), file: name)
            }
            #expect(error?.kind == .unsupported && error?.file == name)
            #expect(error?.description.contains(part) == true, "\(String(describing: error))")
        }
        #expect(!FileManager.default.fileExists(atPath: "/tmp/thaw-was-here"))
    }

    @Test(arguments: ["checkpoint.pt", "checkpoint_4.pt", "checkpoint_legacy.pt"])
    func valuesBesideTensors(name: String) throws {
        let root = try TorchCheckpoint.read(ArchiveFixtures.bytes("torch/\(name)")).root
        #expect(
            root["epoch"] == .integer(3) && root["arch"] == .string("tiny") && root["best"] == .number(0.5))
        #expect(
            root["flags"]
                == .list([.bool(true), .none, .list([.integer(1), .integer(-2), .integer(1 << 40)])]))
        #expect(root["raw"] == .bytes([0, 255]) && root["size"] == .list([.integer(2), .integer(3)]))
        #expect(root["type"] == .string("torch.float16") && root["device"] == .string("cpu"))
        #expect(
            root["numpy"] == .number(1.25) && root["whole"] == .integer(-4) && root["float"] == .number(0.5))
        #expect(root["truth"] == .bool(true) && root["names"] == .list([.string("a")]))
        #expect(root["counts"]?[2] == .integer(2) && root["counts"]?[3] == .integer(1))
        let optimizer = try #require(root["optimizer"])
        #expect(optimizer["param_groups"]?[0]?["lr"] == .number(0.01))
        #expect(optimizer["state"]?[4]?["exp_avg"]?.tensor?.shape == [1, 2])
        #expect(optimizer["state"]?[4]?["step"]?.tensor?.item == 1)
        #expect(root["state_dict"]?["module.0.weight"]?.tensor?.shape == [2, 1, 2, 2])
    }

    @Test func bigEndian() throws {
        let value = Pickle.tensor(Pickle.storage("0", count: 2), shape: [2], strides: [1])
        let storages = ["0": [0x3F, 0x80, 0, 0, 0xC0, 0, 0, 0] as [UInt8]]
        func read(_ order: String) throws -> Tensor? {
            let more = [ZipArchive.Item("a/byteorder", contents: Array(order.utf8))]
            let bytes = try Pickle.archive(value, storages: storages, more: more)
            return try TorchCheckpoint.read(bytes).root.tensor
        }
        #expect(try read("big")?.floats == [1, -2])
        #expect(try read("little")?.floats != [1, -2])
        #expect(throws: FormatError.self) { try read("middle") }
    }

    @Test func versions() throws {
        for (version, isKnown) in [("1", true), ("3\n", true), ("10", true), ("11", false), ("x", false)] {
            let more = [ZipArchive.Item("a/version", contents: Array(version.utf8))]
            let bytes = try Pickle.archive([0x88], more: more)
            if isKnown {
                #expect(try TorchCheckpoint.read(bytes).root == .bool(true))
            } else {
                #expect(throws: FormatError.self) { try TorchCheckpoint.read(bytes) }
            }
        }
        let program = try Pickle.archive([0x88], more: [ZipArchive.Item("a/constants.pkl", contents: [])])
        let error = #expect(throws: FormatError.self) { try TorchCheckpoint.read(program) }
        #expect(error?.description.contains("TorchScript") == true)
    }

    @Test(
        arguments: [
            ([1 << 60], [1], 0, 4, "shape"), ([1 << 59], [1], 0, 4, "leaves its storage"),
            ([1 << 40, 1 << 40], [1, 1], 0, 4, "shape"),
            ([0, 1 << 40, 1 << 40], [0, 1, 1], 0, 4, "shape"), ([2], [Int.max], 0, 4, "shape"),
            ([2], [1 << 60], 0, 4, "leaves its storage"),
            ([3], [Int.max], 0, 4, "shape"), ([4], [1], 1, 4, "leaves its storage"),
            ([4], [1], -1, 4, "shape"),
            ([4], [-1], 3, 4, "shape"), ([-1], [1], 0, 4, "shape"), ([4], [1], .max, 4, "shape"),
            ([2, 2], [1], 0, 4, "2 extents and 1 strides"), ([4], [1], 0, 5, "shorter than it claims"),
            ([4], [1], 0, .max, "shorter than it claims"), ([4], [1], 0, -1, "lacks its name or count"),
            ([1 << 30], [0], 0, 4, "unfold"), ([5, 0], [1, 1], 0, 4, nil), ([0], [1], 4, 4, nil),
            ([0], [1], 5, 4, "leaves its storage"), ([4, 2], [1, 0], 0, 4, nil),
            ([2, 2], [1, 2], 0, 4, nil),
            ([Int](repeating: 1, count: 64), [Int](repeating: 1, count: 64), 0, 4, nil),
            ([Int](repeating: 1, count: 65), [Int](repeating: 1, count: 65), 0, 4, "lacks its storage"),
        ] as [([Int], [Int], Int, Int, String?)])
    func shapes(shape: [Int], strides: [Int], offset: Int, count: Int, part: String?) throws {
        let value = Pickle.tensor(
            Pickle.storage("0", count: count), offset: offset, shape: shape, strides: strides)
        let bytes = try Pickle.archive(value, storages: ["0": [UInt8](repeating: 0, count: 16)])
        guard let part else {
            #expect(try TorchCheckpoint.read(bytes).root.tensor?.shape == shape)
            return
        }
        let error = #expect(throws: FormatError.self) { try TorchCheckpoint.read(bytes) }
        #expect(error?.description.contains(part) == true, "\(String(describing: error))")
    }

    /// Many large views of one storage would take far more memory than the file.
    @Test func viewsThatUnfold() throws {
        let views = (0..<500).map { index in
            (
                Pickle.integer(index),
                Pickle.tensor(
                    Pickle.storage("0", count: 40_000), offset: index, shape: [39_000], strides: [1])
            )
        }
        let storages = ["0": [UInt8](repeating: 0, count: 160_000)]
        let error = #expect(throws: FormatError.self) {
            try TorchCheckpoint.read(Pickle.archive(Pickle.dictionary(views), storages: storages))
        }
        #expect(error?.kind == .tooLarge)
        let same = views.map { ($0.0, views[0].1) }
        let tensors = try TorchCheckpoint.read(Pickle.archive(Pickle.dictionary(same), storages: storages))
            .tensors
        #expect(tensors.count == 500, "equal views share memory")
    }

    @Test func bombs() throws {
        let value = Pickle.tensor(Pickle.storage("0", count: 5_000_000), shape: [1], strides: [1])
        let items = [
            ZipArchive.Item("a/data.pkl", contents: Pickle.start + value + Pickle.stop),
            ZipArchive.Item(
                "a/data/0", contents: [UInt8](repeating: 0, count: 20_000_000), isCompressed: true),
        ]
        let error = #expect(throws: FormatError.self) {
            try TorchCheckpoint.read(ZipArchive.bytes(of: items))
        }
        #expect(error?.kind == .tooLarge)
    }

    @Test func names() throws {
        let tensor = Pickle.tensor(Pickle.storage("0", count: 1), shape: [1], strides: [1])
        func read(_ value: [UInt8]) throws -> TorchCheckpoint {
            try TorchCheckpoint.read(Pickle.archive(value, storages: ["0": [0, 0, 0, 0]]))
        }
        let inner = Pickle.dictionary([(Pickle.text("b"), tensor)])
        let clash = Pickle.dictionary([(Pickle.text("a.b"), tensor), (Pickle.text("a"), inner)])
        let error = #expect(throws: FormatError.self) { try read(clash) }
        #expect(error?.description.contains("\"a.b\"") == true)
        // A module of this name is no dictionary in a dictionary.
        let plain = try read(
            Pickle.dictionary([(Pickle.text("model"), Pickle.text("resnet")), (Pickle.text("w"), tensor)]))
        #expect(plain.path.isEmpty && plain.tensors.map(\.name) == ["w"])
        let absent = Pickle.tensor(Pickle.storage("../0", count: 1), shape: [1], strides: [1])
        #expect(throws: FormatError.self) { try read(absent) }
    }

    /// What lies beside the state dictionary is counted and can be taken instead.
    @Test func otherDictionaries() throws {
        let tensor = Pickle.tensor(Pickle.storage("0", count: 1), shape: [1], strides: [1])
        func read(_ value: [UInt8]) throws -> TorchCheckpoint {
            try TorchCheckpoint.read(Pickle.archive(value, storages: ["0": [0, 0, 0, 0]]))
        }
        func dictionary(_ items: [(String, [UInt8])]) -> [UInt8] {
            Pickle.dictionary(items.map { (Pickle.text($0.0), $0.1) })
        }
        let state = Pickle.dictionary([
            (Pickle.integer(0), dictionary([("step", tensor), ("m", tensor)])),
            (Pickle.integer(1), dictionary([("m", tensor)])),
        ])
        let checkpoint = try read(
            dictionary([
                ("ema", dictionary([("w", tensor)])), ("epoch", Pickle.integer(3)),
                (
                    "model",
                    dictionary([
                        ("state_dict", dictionary([("w", tensor)])),
                        ("best", dictionary([("w", tensor), ("v", tensor)])),
                    ])
                ),
                (
                    "optimizer",
                    dictionary([("state", state), ("groups", dictionary([("lr", Pickle.integer(1))]))])
                ),
            ]))
        #expect(checkpoint.path == ["model", "state_dict"] && checkpoint.tensors.map(\.name) == ["w"])
        #expect(checkpoint.others.map(\.path) == [["ema"], ["optimizer"], ["model", "best"]])
        #expect(checkpoint.others.map(\.count) == [1, 3, 2])
        let best = try checkpoint.dictionary(at: ["model", "best"])
        #expect(best.tensors.map(\.name) == ["w", "v"] && best.path == ["model", "best"])
        #expect(best.others.map(\.path) == [["ema"], ["optimizer"], ["model", "state_dict"]])
        let optimizer = try checkpoint.dictionary(at: ["optimizer"])
        #expect(optimizer.tensors.map(\.name) == ["state.0.step", "state.0.m", "state.1.m"])
        let error = #expect(throws: FormatError.self) { try checkpoint.dictionary(at: ["model", "none"]) }
        #expect(error?.description.contains("\"model.none\"") == true)
        #expect(error?.description.contains("\"state_dict\", \"best\"") == true)
        #expect(throws: FormatError.self) { try checkpoint.dictionary(at: ["epoch"]) }
        // A file that is made of dictionaries without a usual name is taken whole.
        let plain = try read(dictionary([("net", dictionary([("w", tensor)])), ("b", tensor)]))
        #expect(plain.path.isEmpty && plain.tensors.map(\.name) == ["net.w", "b"])
        #expect(plain.others.map(\.path) == [["net"]])
        #expect(try plain.dictionary(at: ["net"]).tensors.map(\.name) == ["w"])
    }

    @Test(arguments: ["state_2.pt", "legacy_2.pt", "legacy_4.pt"])
    func everyTruncationIsAnError(name: String) throws {
        let whole = try ArchiveFixtures.bytes("torch/\(name)")
        for count in 0..<whole.count {
            #expect(throws: FormatError.self, "cut to \(count)") {
                try TorchCheckpoint.read(Array(whole[..<count]))
            }
        }
    }

    @Test func whatIsNoCheckpoint() throws {
        for bytes in [[], [1], Pickle.start, Pickle.start + [0x88] + Pickle.stop, Array("PK".utf8)]
            as [[UInt8]]
        {
            #expect(throws: FormatError.self) { try TorchCheckpoint.read(bytes) }
        }
        let other = try ZipArchive.bytes(of: [.init("a.npy", contents: [])])
        let error = #expect(throws: FormatError.self) { try TorchCheckpoint.read(other) }
        #expect(error?.description.contains("data.pkl") == true)
        #expect(throws: FormatError.self) { try TorchCheckpoint.read(URL(fileURLWithPath: "/absent.pt")) }
    }

    /// ResNet-20 by Y. Idelbayev (2018) in the legacy format; the digest is of what PyTorch 2.15 loads.
    @Test(.enabled(if: realFile != nil, "THAW_REAL_DATA names no folder with cifar10_resnet"))
    func resNet20() throws {
        let checkpoint = try TorchCheckpoint.read(try #require(Self.realFile))
        #expect(checkpoint.format == .legacy && checkpoint.path == ["state_dict"])
        #expect(checkpoint.root["best_prec1"] == .number(91.78000183105469))
        #expect(checkpoint.tensors.count == 97)
        #expect(checkpoint.tensors.reduce(0) { $0 + $1.tensor.count } == 271_098)
        var hasher = SHA256Hasher()
        for (name, tensor) in checkpoint.tensors {
            hasher.update(Array("\(name)\(tensor.shape)".utf8))
            tensor.withUnsafeBytes { hasher.update($0) }
        }
        let digest = hasher.finalize()
        #expect(digest == "5bae4e4d18ddf72ece413253dd98240cd06cc25045d884a62846fe34a52c9cd1")
    }

    static var realFile: URL? {
        let url = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map {
            URL(fileURLWithPath: $0).appending(path: "cifar10_resnet/resnet20-12fca82f.th")
        }
        return url.flatMap { FileManager.default.fileExists(atPath: $0.path) ? $0 : nil }
    }
}
