import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Files that do not fit, and those that are none.
@Suite struct WeightErrorTests {
    let folder: TestFolder

    init() throws { folder = try TestFolder() }

    private func expectUnchanged(
        _ model: Model, sourceLocation: SourceLocation = #_sourceLocation, _ body: () throws -> Void
    ) rethrows {
        let before = model.weights
        try body()
        #expect(
            zip(before, model.weights).allSatisfy { $0.isBitwiseEqual(to: $1) },
            sourceLocation: sourceLocation)
    }

    /// Everything is listed, and nothing is ever loaded silently.
    @Test(
        arguments: WeightLoadingTests.kerasFiles.map(\.name) + [
            "torch.pth", "torch_legacy.th", "keras2_model.h5",
        ])
    func theFileOfAnotherModel(_ name: String) throws {
        let model = Sequential(seed: 1) {
            for number in 0..<12 { Dense(11, inputShape: [11], name: "dense\(number)") }
        }
        for (isStrict, skips) in [(true, false), (false, false), (true, true), (false, true)] {
            expectUnchanged(model) {
                let error = #expect(throws: WeightFileError.self) {
                    try model.loadWeights(
                        from: WeightFixtures.file(name), strict: isStrict, skipMismatch: skips)
                }
                #expect((error?.missing.count ?? 0) + (error?.mismatched.count ?? 0) == 24)
                let text = error?.description ?? ""
                #expect(text.contains("more") && text.contains("nothing was changed"), "\(text)")
                #expect(text.utf8.count < 4000)
            }
        }
    }

    @Test func endingsAndContents() throws {
        let model = try WeightFixtures.net()
        let damaged: [(String, Data)] = [
            ("a.safetensors", Data([1, 2, 3])), ("a.h5", Data([1, 2, 3])),
            ("a.pth", Data("hello, world".utf8)),
            ("a.npz", Data()), ("a.keras", Data("PK".utf8)), ("b.pt", Data([0x80, 2, 0x2E])),
            ("b.h5", try Data(contentsOf: WeightFixtures.file("keras2.h5")).prefix(3000)),
            ("b.keras", try Data(contentsOf: WeightFixtures.file("torch.pth")).prefix(3000)),
        ]
        for (name, data) in damaged {
            try data.write(to: folder.file(name))
            expectUnchanged(model) {
                #expect(throws: FormatError.self, "\(name)") {
                    try model.loadWeights(from: folder.file(name))
                }
            }
        }
        #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("absent.h5")) }
        for name in ["a", "a.txt", "a.onnx"] {
            let error = #expect(throws: TrainingError.self) { try model.loadWeights(from: folder.file(name)) }
            #expect(error?.description.contains(".safetensors, .npz") == true)
        }
        try ZipArchive.write([ZipArchive.Item("a.txt", contents: [1])], to: folder.file("c.npz"))
        let error = #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("c.npz")) }
        #expect(error?.description.contains("holds no weights") == true)
    }

    @Test func filesWithoutWeights() throws {
        let model = try WeightFixtures.net()
        var writer = HDF5Writer()
        try writer.add(.zeros([3]), at: "measurements/first")
        try writer.write(to: folder.file("a.h5"))
        let error = #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("a.h5")) }
        #expect(error?.description.contains("measurements") == true)
        for name in ["torch_empty.pt"] {
            let error = #expect(throws: FormatError.self) {
                try model.loadWeights(from: WeightFixtures.file(name))
            }
            #expect(error?.description.contains("holds no weights") == true)
        }
        try SafetensorsFile.write([:], to: folder.file("a.safetensors"))
        #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("a.safetensors")) }
        var empty = HDF5Writer()
        try empty.setAttribute("layer_names", strings: [])
        try empty.write(to: folder.file("b.h5"))
        #expect(throws: FormatError.self) { try model.loadWeights(from: folder.file("b.h5")) }
    }

    @Test func namesThatOccurTwice() throws {
        let model = Sequential(seed: 1) { Dense(2, inputShape: [2], name: "a") }
        var writer = HDF5Writer()
        try writer.add(.zeros([2, 2]), at: "a/a/kernel:0")
        try writer.setAttribute("layer_names", strings: ["a", "a"])
        try writer.setAttribute("weight_names", strings: ["a/kernel:0"], at: "a")
        try writer.write(to: folder.file("a.h5"))
        var arrays = HDF5Writer()
        try arrays.add(.zeros([2, 2]), at: "a/a/kernel:0")
        try arrays.setAttribute("layer_names", strings: ["a"])
        try arrays.setAttribute("weight_names", strings: ["a/kernel:0", "a/kernel:0"], at: "a")
        try arrays.write(to: folder.file("b.h5"))
        try SafetensorsFile.write(
            ["a/kernel": .zeros([2, 2]), "a.kernel": .zeros([2, 2]), "a/bias": .zeros([2])],
            to: folder.file("a.safetensors"))
        for name in ["a.h5", "b.h5", "a.safetensors"] {
            expectUnchanged(model) {
                let error = #expect(throws: FormatError.self) {
                    try model.loadWeights(from: folder.file(name))
                }
                #expect(error?.kind == .malformed, "\(String(describing: error))")
            }
        }
        // A mapping may leave one of them out.
        try model.loadWeights(
            from: folder.file("a.safetensors"), mapping: .renaming { $0 == "a.kernel" ? nil : $0 })
    }

    @Test func ordersAndMappingsThatAFileDoesNotHave() throws {
        let model = try WeightFixtures.net()
        try model.saveWeights(to: folder.file("a.safetensors"))
        let error = #expect(throws: TrainingError.self) {
            try model.loadWeights(from: folder.file("a.safetensors"), matching: .order)
        }
        #expect(error?.description.contains("keeps no order") == true)
        for name in ["keras2.h5", "keras3.weights.h5"] {
            #expect(throws: TrainingError.self) {
                try model.loadWeights(from: WeightFixtures.file(name), mapping: .torch())
            }
        }
        #expect(throws: ModelError.self) {
            try Sequential { Dense(2) }.loadWeights(from: WeightFixtures.file("keras2.h5"))
        }
    }

    /// An array whose bytes are damaged is found before anything is changed.
    @Test func damageInTheLastArray() throws {
        let model = try WeightFixtures.net()
        expectUnchanged(model) {
            let error = #expect(throws: FormatError.self) {
                try model.loadWeights(from: WeightFixtures.file("keras2_damaged.h5"))
            }
            #expect(error?.kind == .malformed, "\(String(describing: error))")
        }
    }
}
