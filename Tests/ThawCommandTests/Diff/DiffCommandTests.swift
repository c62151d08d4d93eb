import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw diff`.
@Suite struct DiffCommandTests {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    @Test func tensorsAreComparedElementByElement() {
        let first = Tensor([1, -4, 0, 3] as [Float])
        #expect(TensorDifference(first, first).isBitwiseEqual)
        let difference = TensorDifference(first, Tensor([1, -4.5, 0, 3.25] as [Float]))
        #expect(difference.differing == 2)
        #expect(difference.largest == 0.5)
        #expect(difference.relative == 0.125)
        #expect(
            TensorDifference(first, Tensor([1, -4.5, 0, 3.25] as [Float]), tolerance: 0.3).differing == 1)
        // Bits count, unless a tolerance is given or the types differ.
        let negative = Tensor([1, -4, -0.0, 3] as [Float])
        #expect(TensorDifference(first, negative).differing == 1)
        #expect(TensorDifference(first, negative, tolerance: 0).differing == 0)
        #expect(TensorDifference(first, negative.cast(to: .float64)).differing == 0)
        #expect(!TensorDifference(first, first.cast(to: .float64)).isBitwiseEqual)
    }

    @Test func whatIsNotFiniteIsCompared() {
        let nan = Tensor([.nan, 1] as [Double])
        #expect(TensorDifference(nan, Tensor([.nan, 1] as [Float])).differing == 0)
        let difference = TensorDifference(nan, Tensor([2, 1] as [Double]), tolerance: 5)
        #expect(difference.differing == 1 && difference.largest.isNaN)
        let infinite = Tensor([.infinity] as [Float])
        #expect(TensorDifference(infinite, Tensor([1] as [Float])).largest == .infinity)
        #expect(TensorDifference(infinite, infinite.cast(to: .float64)).largest == 0)
        #expect(TensorDifference(Tensor([1 << 60] as [Int]), Tensor([1 << 60 + 1] as [Int])).differing == 1)
    }

    @Test(arguments: [
        ("module.fc.weight", "fc/weight"), ("fc/weight:0", "fc/weight"), ("model_weights/a/b", "a/b"),
        ("a", "a"),
    ])
    func namesAreNormalized(_ name: String, _ key: String) { #expect(FileDifference.key(name) == key) }

    @Test func equalFilesEndWithZero() throws {
        let model = try folder.classifier()
        try model.saveWeights(to: folder.file("w.safetensors"))
        // The optimizer's state is in one file only.
        let run = CommandRun("diff", folder.path("net.keras"), folder.path("w.safetensors"))
        #expect(run.status == 0, "\(run.output)\(run.remarks)")
        #expect(run.output.contains("The same 8 parameters, equal to the bit."))
    }

    @Test func whatMovedIsSaidAndWhetherItWasFrozen() throws {
        let model = try folder.classifier("a.keras", freezing: "norm")
        let norm = try model.layer(named: "norm")
        let variance = try #require(norm.parameters.first { $0.name == "moving_variance" })
        try variance.assign(.full([5], 2))
        let classes = try model.layer(named: "classes")
        try classes.parameters[1].assign(Tensor([0, 0.5, 0] as [Float]))
        try model.save(to: folder.file("b.keras"))
        let run = CommandRun("diff", folder.path("a.keras"), folder.path("b.keras"))
        #expect(run.status == 1)
        let lines = run.output.split(separator: "\n").map { String($0) }
        let moved = try #require(lines.first { $0.hasPrefix("norm/moving_variance") })
        #expect(moved.contains("5 of 5") && moved.contains("FROZEN in A and B"))
        let bias = try #require(lines.first { $0.hasPrefix("classes/bias") })
        #expect(bias.contains("1 of 3") && bias.contains("0.5") && !bias.contains("FROZEN"))
        #expect(run.output.contains("2 of 8 common parameters differ."))
        #expect(run.output.contains("Frozen layers moved: 1 parameter"))
        let json = try #require(
            CommandRun("diff", folder.path("a.keras"), folder.path("b.keras"), "--json").json)
        #expect(json["isEqual"]?.bool == false)
        #expect(json["parameters"]?.array?.count == 8)
        #expect(
            json["parameters"]?.array?.filter { $0["isEqual"]?.bool == false }.compactMap {
                $0["name"]?.string
            }
                == ["norm/moving_variance", "classes/bias"])
        let tolerant = CommandRun("diff", folder.path("a.keras"), folder.path("b.keras"), "--tolerance", "1")
        #expect(tolerant.status == 0 && tolerant.output.contains("equal within 1"))
    }

    @Test func namesAndShapesThatDifferAreListed() throws {
        try NPZFile.write(["a": .zeros([2]), "b": .zeros([2]), "c": .zeros([1])], to: folder.file("1.npz"))
        try SafetensorsFile.write(
            ["a": .zeros([3]), "b": .zeros([2]), "d": .zeros([1])], to: folder.file("2.safetensors"))
        let run = CommandRun("diff", folder.path("1.npz"), folder.path("2.safetensors"))
        #expect(run.status == 1)
        #expect(run.output.contains("other shapes: a is [2] in A and [3] in B"))
        #expect(run.output.contains("only in A: c") && run.output.contains("only in B: d"))
        #expect(
            run.output.contains(
                "0 of 1 common parameter differ, 1 of other shapes, 1 only in A, 1 only in B."))
    }

    /// Keras 3 numbers the arrays of a layer in a .weights.h5; others name them.
    @Test(arguments: ["w.h5", "w.npz", "w.safetensors", "net.keras"])
    func numberedArraysAreFound(_ name: String) throws {
        let model = try folder.classifier()
        try model.saveWeights(to: folder.file("w.weights.h5"))
        if name != "net.keras" { try model.saveWeights(to: folder.file(name)) }
        let same = CommandRun("diff", folder.path("w.weights.h5"), folder.path(name))
        #expect(same.status == 0, "\(same.output)\(same.remarks)")
        #expect(same.output.contains("The same 8 parameters"))
        let bias = try model.layer(named: "classes").parameters[1]
        try bias.assign(Tensor([0, 0.5, 0] as [Float]))
        try model.saveWeights(to: folder.file("w.weights.h5"))
        let run = CommandRun("diff", folder.path(name), folder.path("w.weights.h5"))
        #expect(run.status == 1 && run.output.contains("classes/bias"))
        #expect(run.output.contains("1 of 8 common parameters differ"), "\(run.output)\(run.remarks)")
    }

    /// In models inside models, too.
    @Test func numberedArraysOfNestedModelsAreFound() throws {
        let model = Sequential(seed: 1) {
            Sequential(name: "body") {
                Dense(3, inputShape: [2], name: "hidden")
                BatchNormalization(name: "norm")
            }
            Dense(1, name: "head")
        }
        try model.ensureBuilt()
        try model.saveWeights(to: folder.file("w.weights.h5"))
        try model.saveWeights(to: folder.file("w.h5"))
        let run = CommandRun("diff", folder.path("w.weights.h5"), folder.path("w.h5"))
        #expect(
            run.status == 0 && run.output.contains("The same 8 parameters"), "\(run.output)\(run.remarks)")
    }

    @Test func filesWithoutACommonNameCannotBeCompared() throws {
        try NPZFile.write(["a": .zeros([2])], to: folder.file("1.npz"))
        try NPZFile.write(["x": .zeros([2])], to: folder.file("2.npz"))
        let run = CommandRun("diff", folder.path("1.npz"), folder.path("2.npz"))
        #expect(run.status == 2 && run.output.isEmpty)
        #expect(run.remarks.contains("no parameter has the same name in both files"))
    }

    /// Which of several dictionaries is compared is said.
    @Test func theDictionaryOfACheckpointIsNamed() {
        let run = CommandRun("diff", torchCheckpoint.path, torchCheckpoint.path)
        #expect(run.status == 0 && run.remarks.contains("the tensors of state_dict are compared"))
    }

    @Test func filesThatCannotBeComparedEndWithTwo() throws {
        try NPZFile.write(["a": .zeros([2])], to: folder.file("1.npz"))
        let run = CommandRun("diff", folder.path("1.npz"), folder.path("nowhere.npz"))
        #expect(run.status == 2)
        #expect(run.remarks.hasPrefix("Error: ") && run.output.isEmpty)
        #expect(CommandRun("diff", folder.path("1.npz"), try folder.text("x", "t.txt")).status == 2)
        #expect(
            CommandRun("diff", folder.path("1.npz"), folder.path("1.npz"), "--tolerance", "-1").status == 64)
        #expect(CommandRun("diff", folder.path("1.npz")).status == 64)
    }
}
