import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw weights`.
@Suite struct WeightsCommandTests {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    @Test func statisticsLeaveOutWhatIsNotFinite() {
        let values = TensorStatistics(Tensor([1, -3, .nan, .infinity, 5, -.infinity] as [Float]))
        #expect(values.nan == 1 && values.infinite == 2)
        #expect(values.minimum == -3 && values.maximum == 5 && values.mean == 1)
        let none = TensorStatistics(Tensor([.nan] as [Float]))
        #expect(none.nan == 1 && none.minimum == nil && none.mean == nil)
        #expect(TensorStatistics(.zeros([0])).maximum == nil)
    }

    @Test(arguments: [DType.float16, .bfloat16, .float32, .float64, .int32, .int64, .uint8])
    func everyTypeIsMeasured(_ dtype: DType) {
        let values = TensorStatistics(Tensor([1, 2, 6] as [Float]).cast(to: dtype))
        #expect(values.minimum == 1 && values.maximum == 6 && values.mean == 3)
    }

    @Test func boolsAndLongSumsAreMeasured() {
        #expect(TensorStatistics(Tensor([true, false, true, true])).mean == 0.75)
        // A plain sum would lose the small ones.
        let values = TensorStatistics(Tensor([1e16] + [Double](repeating: 1, count: 1000)))
        #expect(values.mean == (1e16 + 1000) / 1001)
    }

    @Test func aModelsWeightsHaveTheirNames() throws {
        _ = try folder.classifier()
        let run = CommandRun("weights", folder.path("net.keras"))
        #expect(run.status == 0)
        let lines = run.output.split(separator: "\n")
        #expect(lines[0].hasPrefix("name"))
        #expect(lines[1].hasPrefix("hidden/kernel"))
        #expect(lines[3].hasPrefix("norm/gamma") && lines[3].contains("[5]") && lines[3].contains("float32"))
        #expect(lines[6].hasPrefix("norm/moving_variance"))
        #expect(run.output.contains("optimizer/"))
        let json = try #require(CommandRun("weights", folder.path("net.keras"), "--json").json)
        #expect(json["tensors"]?.array?[0]["path"]?.string == "layers/dense/vars/0")
        #expect(json["tensors"]?.array?[2]["statistics"]?["maximum"]?.double == 1)
    }

    @Test func everyFormatIsReadWhateverItIsCalled() throws {
        let tensor = Tensor([[1, 2], [3, 4]] as [[Float]])
        try SafetensorsFile.write(["a/b": tensor], to: folder.file("1.bin"))
        try NPZFile.write(["a/b": tensor], to: folder.file("2.bin"))
        try writeKeras2Model(to: folder.file("3.bin"))
        try NPYFile.write(tensor, to: folder.file("4.bin"))
        for number in 1...4 {
            let run = CommandRun("weights", folder.path("\(number).bin"), "--json")
            #expect(run.json?["tensors"]?.array?.isEmpty == false, "\(number) \(run.message)")
        }
        let keras2 = CommandRun("weights", folder.path("3.bin"), "--json").json
        #expect(keras2?["tensors"]?.array?[0]["name"]?.string == "out/kernel")
        #expect(keras2?["tensors"]?.array?[0]["path"]?.string == "model_weights/out/out/kernel:0")
        let npz = CommandRun("weights", folder.path("2.bin"))
        #expect(npz.output.contains("a/b   [2, 2]  float32    1    4   2.5    0    0"), "\(npz.output)")
    }

    @Test func filterAndOrder() throws {
        try NPZFile.write(
            [("b", .zeros([2])), ("a2", .zeros([9])), ("a10", .zeros([1], dtype: .float64))],
            to: folder.file("w.npz"))
        func names(_ arguments: String...) throws -> [String] {
            let file = try TensorFile(folder.file("w.npz"))
            let order = WeightsReport.Order(rawValue: arguments[0]) ?? .file
            return try WeightsReport(file, filter: arguments.dropFirst().first, order: order).tensors.map(
                \.name)
        }
        #expect(try names("file") == ["b", "a2", "a10"])
        #expect(try names("name") == ["a2", "a10", "b"])
        #expect(try names("size") == ["a2", "a10", "b"])
        #expect(try names("file", "a*") == ["a2", "a10"])
        #expect(try names("file", "a?") == ["a2"])
        let none = CommandRun("weights", folder.path("w.npz"), "--filter", "x*")
        #expect(none.status == 1 && none.message.contains("names are b, a2, a10"))
        #expect(CommandRun("weights", folder.path("w.npz"), "--sort", "shape").status == 64)
    }

    @Test func wholeNumbersStayWhole() throws {
        try NPZFile.write(["n": Tensor([3, 1_234_567_890] as [Int])], to: folder.file("w.npz"))
        let run = CommandRun("weights", folder.path("w.npz"))
        #expect(run.output.contains("1234567890"))
        #expect(run.output.contains("1 tensor, 2 numbers, 16 bytes, 0 NaN, 0 infinite (NumPy archive)"))
    }

    @Test func notANumberIsAStringInJSON() throws {
        try NPZFile.write(["n": Tensor([.nan] as [Float])], to: folder.file("w.npz"))
        let json = CommandRun("weights", folder.path("w.npz"), "--json").json
        #expect(json?["tensors"]?.array?[0]["statistics"]?["nan"]?.integer == 1)
        #expect(json?["tensors"]?.array?[0]["statistics"]?["mean"] == nil)
    }

    /// What a checkpoint holds beside the state dictionary is listed, and can be chosen.
    @Test func dictionariesOfACheckpoint() throws {
        let file = torchCheckpoint.path
        let run = CommandRun("weights", file)
        #expect(
            run.output.contains("These are the tensors of state_dict. Beside it the file holds optimizer ("))
        let json = try #require(CommandRun("weights", file, "--json").json)
        let others = try #require(json["dictionary"]?["others"]?.array)
        #expect(json["dictionary"]?["taken"]?.string == "state_dict")
        #expect(others.count == 1 && others[0]["name"]?.string == "optimizer")
        let optimizer = try #require(
            CommandRun("weights", file, "--dictionary", "optimizer", "--json").json)
        #expect(optimizer["tensors"]?.array?.count == others[0]["tensors"]?.integer)
        #expect(optimizer["tensors"]?.array?[0]["name"]?.string == "state.4.step")
        #expect(optimizer["dictionary"]?["others"]?.array?[0]["name"]?.string == "state_dict")
        let none = CommandRun("weights", file, "--dictionary", "ema")
        #expect(
            none.status == 1 && none.message.contains("it holds state_dict, optimizer"), "\(none.message)")
        #expect(CommandRun("summary", file).output.contains("Beside it the file holds optimizer ("))
        #expect(CommandRun("summary", file, "--dictionary", "optimizer").output.contains("state.4"))
        _ = try folder.classifier()
        for command in ["weights", "summary"] {
            let other = CommandRun(command, folder.path("net.keras"), "--dictionary", "ema")
            #expect(other.status == 1 && other.message.contains("is for PyTorch's checkpoints"))
        }
    }

    @Test func filesWithoutTensorsAreRefused() throws {
        try SafetensorsFile.write([:], to: folder.file("none.safetensors"))
        #expect(CommandRun("weights", folder.path("none.safetensors")).message.contains("holds no tensor"))
        let text = try folder.text("a,b\n1,2\n", "data.csv")
        #expect(CommandRun("weights", text).message.contains("no file of tensors"))
    }
}
