import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw predict`.
@Suite struct PredictCommandTests {
    let folder: ToolFolder
    let model: Sequential
    let rows = ToolFolder.rows()

    init() throws {
        folder = try ToolFolder()
        model = try folder.classifier()
    }

    private func predict(_ input: String, _ arguments: String...) -> CommandRun {
        CommandRun(["predict", folder.path("net.keras"), input] + arguments)
    }

    @Test func outputsAreCSVWithAllDigits() throws {
        try NPYFile.write(rows, to: folder.file("x.npy"))
        let run = predict(folder.path("x.npy"))
        #expect(run.status == 0, "\(run.message)")
        #expect(run.remarks.isEmpty)
        let table = try CSVFile.read(Array(run.output.utf8))
        #expect(table.columns == ["output_0", "output_1", "output_2"])
        #expect(table.values.cast(to: .float32).isBitwiseEqual(to: try model.predict(rows)))
    }

    @Test func theSameSamplesInEveryFormatPredictTheSame() throws {
        let expected = try model.predict(rows)
        try NPYFile.write(rows, to: folder.file("x.npy"))
        try IDXFile.write(rows, to: folder.file("x.idx"))
        try NPZFile.write(["x": rows, "y": .zeros([6])], to: folder.file("two.npz"))
        try NPZFile.write(["anything": rows], to: folder.file("one.npz"))
        try NPZFile.write(["net_input": rows, "other": rows * 2], to: folder.file("named.npz"))
        try CSVFile.write(rows, columns: ["a", "b", "c", "d"], to: folder.file("x.csv"))
        try CSVFile.write(rows, to: folder.file("plain.csv"))
        for name in ["x.npy", "x.idx", "two.npz", "one.npz", "x.csv", "plain.csv"] {
            let run = predict(folder.path(name), "--output", folder.path("y.npy"))
            #expect(run.status == 0, "\(name) \(run.message)")
            #expect(run.output.isEmpty)
            #expect(try NPYFile.read(folder.file("y.npy")).isBitwiseEqual(to: expected), "\(name)")
        }
        #expect(predict(folder.path("two.npz")).remarks.contains("array \"x\" of"))
        #expect(predict(folder.path("x.csv")).remarks.contains("names of its columns: a, b, c, d"))
    }

    @Test func outputsGoIntoFiles() throws {
        try NPYFile.write(rows, to: folder.file("x.npy"))
        let expected = try model.predict(rows)
        #expect(predict(folder.path("x.npy"), "--output", folder.path("y.csv")).status == 0)
        #expect(try CSVFile.read(folder.file("y.csv")).values.cast(to: .float32) == expected)
        #expect(predict(folder.path("x.npy"), "--output", folder.path("y.npz")).status == 0)
        #expect(try NPZFile.read(folder.file("y.npz")).tensors["output"] == expected)
        #expect(predict(folder.path("x.npy"), "--output", folder.path("y.txt")).status == 64)
        #expect(predict(folder.path("x.npy"), "--output", folder.path("no/y.csv")).status == 1)
    }

    @Test func theLargestAreNamed() throws {
        try NPYFile.write(rows, to: folder.file("x.npy"))
        let labels = try folder.text("cat\nbig, dog\r\n\nbird\n", "labels.txt")
        let expected = try model.predict(rows)
        let best = expected.argMax(axis: -1).ints
        let names = ["cat", "big, dog", "bird"]
        let run = predict(folder.path("x.npy"), "--top", "2", "--labels", labels)
        let lines = run.output.split(separator: "\n")
        #expect(lines.count == 7 && lines[0].contains("sample  1."))
        for (line, index) in zip(lines.dropFirst(), best) {
            #expect(line.dropFirst(6).contains(names[index]))
        }
        let csv = predict(
            folder.path("x.npy"), "--top", "9", "--labels", labels, "--output", folder.path("top.csv"))
        #expect(csv.status == 0)
        let text = try String(contentsOf: folder.file("top.csv"), encoding: .utf8)
        #expect(text.hasPrefix("sample,class_1,value_1,class_2,value_2,class_3,value_3\n0,"))
        #expect(text.contains("\"big, dog\""))
        let json = try #require(predict(folder.path("x.npy"), "--top", "1", "--json").json)
        #expect(json["top"]?.array?.compactMap { $0.array?[0]["index"]?.integer } == best)
        #expect(json["outputs"]?.array?[0]["values"] == nil)
        let few = predict(folder.path("x.npy"), "--labels", try folder.text("cat\n", "few.txt"))
        #expect(few.status == 1 && few.message.contains("there are 1 names for 3 outputs"))
        #expect(predict(folder.path("x.npy"), "--top", "0").status == 64)
    }

    @Test func jsonHoldsValues() throws {
        try NPYFile.write(rows, to: folder.file("x.npy"))
        let json = try #require(predict(folder.path("x.npy"), "--json").json)
        #expect(json["samples"]?.integer == 6)
        #expect(json["outputs"]?.array?[0]["shape"] == [6, 3])
        let first = try model.predict(rows).floats.prefix(3).map { Double($0) }
        let values = json["outputs"]?.array?[0]["values"]?.array?[0].array?.compactMap(\.double) ?? []
        for (value, expected) in zip(values, first) { #expect(Float(value) == Float(expected)) }
        #expect(values.count == 3)
    }

    @Test func inputsArePreprocessed() throws {
        let bytes = Tensor(shape: [2, 4], scalars: [0, 255, 51, 102, 1, 2, 3, 4] as [UInt8])
        try NPYFile.write(bytes, to: folder.file("b.npy"))
        let scaled = bytes.cast(to: .float32) / 255
        let mean = Tensor([0.1, 0.2, 0.3, 0.4] as [Float])
        let expected = try model.predict((scaled - mean) / 0.5)
        let run = predict(
            folder.path("b.npy"), "--scale", "1/255", "--normalize", "0.1,0.2,0.3,0.4/0.5,0.5,0.5,0.5",
            "--output",
            folder.path("y.npy"))
        #expect(run.status == 0, "\(run.message)")
        #expect(
            try NPYFile.read(folder.file("y.npy")).isApproximatelyEqual(to: expected, absoluteTolerance: 1e-6)
        )
        let wrong = predict(folder.path("b.npy"), "--normalize", "0.1,0.2/1,1")
        #expect(wrong.status == 1 && wrong.message.contains("2 means, and the inputs have 4 channels"))
        for bad in ["1/0", "x", "", "1/2/3", "0", "nan"] {
            #expect(predict(folder.path("b.npy"), "--scale", bad).status == 64)
        }
        for bad in ["1", "1/0", "1,2/1", "a/1", "1/-1"] {
            #expect(predict(folder.path("b.npy"), "--normalize", bad).status == 64)
        }
    }

    @Test func shapesAreFittedWhereThereIsNoDoubt() throws {
        let images = Tensor.zeros([3, 28, 28])
        #expect(try SampleShape.fit(images, to: [28, 28, 1], name: "x").shape == [3, 28, 28, 1])
        #expect(try SampleShape.fit(.zeros([3, 28, 28, 1]), to: [28, 28], name: "x").shape == [3, 28, 28])
        #expect(try SampleShape.fit(.zeros([28, 28]), to: [28, 28], name: "x").shape == [1, 28, 28])
        #expect(
            try SampleShape.fit(.zeros([2, 784]), to: [28, 28, 1], isTable: true, name: "x").shape
                == [2, 28, 28, 1])
        for shape in [[2, 784], [2, 28, 27], [2, 3, 28, 28], [0, 28, 28], [], [5]] {
            #expect(throws: ToolError.self) {
                try SampleShape.fit(.zeros(shape), to: [28, 28, 3], name: "x")
            }
        }
        #expect { try SampleShape.fit(.zeros([2, 3, 8, 9]), to: [8, 9, 3], name: "x") } throws: {
            "\($0)".contains("channels first")
        }
        let image = Sequential(seed: 1) {
            Conv2D(2, kernelSize: 3, inputShape: [8, 8, 1])
            Flatten()
            Dense(2)
        }
        try image.save(to: folder.file("image.keras"))
        try NPYFile.write(.zeros([2, 8, 8]), to: folder.file("i.npy"))
        let run = CommandRun("predict", folder.path("image.keras"), folder.path("i.npy"), "--json")
        #expect(run.json != nil && run.remarks.contains("samples of shape [8, 8] are taken as [8, 8, 1]"))
    }

    @Test func severalInputsGoByTheirNames() throws {
        let left = Input(shape: [2], name: "left"), right = Input(shape: [3], name: "right")
        let sum = try Concatenate()(left, right)
        let first = try Dense(1, name: "first")(sum), second = try Dense(2, name: "second")(sum)
        let model = try Model(inputs: [left, right], outputs: [first, second], seed: 1)
        try model.save(to: folder.file("two.keras"))
        let x = [Tensor.ones([4, 2]), Tensor.ones([4, 3])]
        try NPZFile.write(["right": x[1], "left": x[0], "more": .zeros([1])], to: folder.file("in.npz"))
        let run = CommandRun("predict", folder.path("two.keras"), folder.path("in.npz"))
        #expect(run.output.hasPrefix("first,second_0,second_1\n"), "\(run.message)")
        #expect(
            CommandRun(
                "predict", folder.path("two.keras"), folder.path("in.npz"), "--output", folder.path("o.npz")
            )
            .status == 0)
        let written = try NPZFile.read(folder.file("o.npz"))
        #expect(written.names == ["first", "second"] && written.tensors["second"]?.shape == [4, 2])
        for (arrays, text) in [
            (["left": x[0]], "the model has the inputs left, right"),
            (["left": x[0], "right": .ones([5, 3])], "they must be the same ones"),
            (["left": x[0], "right": .ones([4, 2])], "those of"),
        ] {
            try NPZFile.write(arrays, to: folder.file("bad.npz"))
            let bad = CommandRun("predict", folder.path("two.keras"), folder.path("bad.npz"))
            #expect(bad.status == 1 && bad.message.contains(text), "\(bad.message)")
        }
        let npy = CommandRun(
            "predict", folder.path("two.keras"), folder.path("in.npz"), "--output", folder.path("o.npy"))
        #expect(npy.status == 1 && npy.message.contains("2 outputs"))
        #expect(
            CommandRun("predict", folder.path("two.keras"), folder.path("in.npz"), "--top", "1").status == 1)
        let table = CommandRun("predict", folder.path("two.keras"), try folder.text("1,2\n", "x.csv"))
        #expect(table.message.contains("give them in a .npz"))
    }

    @Test(arguments: [
        ("", "is empty"), ("a,b,c,d\n", "no row"), ("1,2,3\n", "takes samples of shape [4]"),
        ("1,2,3,4\n1,2,x,4\n", "line 2, column 3 holds no number"),
        ("1,2,3,4\n1,2\n", "another number of fields"),
    ])
    func badTablesAreSaid(_ text: String, _ message: String) throws {
        let run = predict(try folder.text(text, "x.csv"))
        #expect(run.status == 1 && run.message.contains(message), "\(run.message)")
        #expect(run.output.isEmpty)
    }

    @Test func badFilesAreSaid() throws {
        #expect(predict(folder.path("nowhere.npy")).message.contains("No such file"))
        #expect(predict(folder.path("net.keras")).message.contains("no data that can be read"))
        try model.saveWeights(to: folder.file("w.safetensors"))
        try NPYFile.write(rows, to: folder.file("x.npy"))
        let weights = CommandRun("predict", folder.path("w.safetensors"), folder.path("x.npy"))
        #expect(weights.message.contains("holds weights only"))
        #expect(CommandRun("predict", folder.path("x.npy"), folder.path("x.npy")).status == 1)
        try NPZFile.write(["p": rows, "q": rows], to: folder.file("pq.npz"))
        #expect(predict(folder.path("pq.npz")).message.contains("the arrays p, q"))
    }
}
