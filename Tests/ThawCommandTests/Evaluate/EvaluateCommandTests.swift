import Foundation
import Testing
import Thaw
import ThawFormats

@testable import ThawCommand

/// `thaw evaluate`.
@Suite struct EvaluateCommandTests {
    let folder: ToolFolder
    let model: Sequential
    let rows = ToolFolder.rows()
    let labels = Tensor([0, 1, 2, 0, 1, 2] as [Int32])

    init() throws {
        folder = try ToolFolder()
        model = try folder.classifier()
    }

    private func evaluate(_ data: String, _ arguments: String...) -> CommandRun {
        CommandRun(["evaluate", folder.path("net.keras"), data] + arguments)
    }

    private func loss(_ run: CommandRun, _ mode: String = "inference") -> Double? {
        run.json?["results"]?[mode]?["loss"]?.double
    }

    @Test func lossAndMetricsAreThoseOfTheModel() throws {
        let expected = try model.evaluate(rows, labels, verbosity: .silent)
        try NPZFile.write(["x": rows, "y": labels], to: folder.file("d.npz"))
        let run = evaluate(folder.path("d.npz"), "--json")
        #expect(run.status == 0, "\(run.message)")
        #expect(loss(run) == expected.loss)
        #expect(run.json?["results"]?["inference"]?["accuracy"]?.double == expected["accuracy"])
        #expect(run.json?["samples"]?.integer == 6)
        #expect(run.remarks.contains("\"x\" and \"y\""))
        let text = evaluate(folder.path("d.npz"))
        #expect(text.output.contains("on 6 samples of") && text.output.contains("in inference mode: "))
        #expect(text.output.contains("accuracy: "))
    }

    @Test func everyFormatGivesTheSame() throws {
        let expected = try model.evaluate(rows, labels, verbosity: .silent).loss
        let table = Tensor.concatenate([rows, labels.cast(to: .float32).reshaped(to: [6, 1])], axis: 1)
        try CSVFile.write(table, to: folder.file("last.csv"))
        let first = Tensor.concatenate([labels.cast(to: .float32).reshaped(to: [6, 1]), rows], axis: 1)
        try CSVFile.write(first, columns: ["kind", "a", "b", "c", "d"], to: folder.file("first.csv"))
        try IDXFile.write(rows, to: folder.file("data-images-idx3-ubyte"))
        try IDXFile.write(labels, to: folder.file("data-labels-idx1-ubyte"))
        try NPYFile.write(rows, to: folder.file("x.npy"))
        try NPYFile.write(labels, to: folder.file("y.npy"))
        try NPZFile.write(
            ["x_test": rows, "y_test": labels, "x_train": rows * 2, "y_train": labels],
            to: folder.file("s.npz"))
        let runs = [
            evaluate(folder.path("last.csv"), "--json"),
            evaluate(folder.path("first.csv"), "--json", "--target", "kind"),
            evaluate(folder.path("first.csv"), "--json", "--target", "1"),
            evaluate(folder.path("data-images-idx3-ubyte"), "--json"),
            evaluate(folder.path("data-images-idx3-ubyte"), "--json", "--labels", folder.path("y.npy")),
            evaluate(folder.path("x.npy"), "--json", "--labels", folder.path("data-labels-idx1-ubyte")),
            evaluate(folder.path("s.npz"), "--json"),
        ]
        for (number, run) in runs.enumerated() { #expect(loss(run) == expected, "\(number): \(run.message)") }
        let train = try model.evaluate(rows * 2, labels, verbosity: .silent).loss
        #expect(loss(evaluate(folder.path("s.npz"), "--json", "--split", "train")) == train)
    }

    @Test func targetsGetTheFormThatTheLossTakes() throws {
        let expected = try model.evaluate(rows, labels, verbosity: .silent).loss
        try NPZFile.write(["x": rows, "y": labels.oneHot(depth: 3)], to: folder.file("hot.npz"))
        try NPZFile.write(["x": rows, "y": labels.reshaped(to: [6, 1])], to: folder.file("column.npz"))
        #expect(loss(evaluate(folder.path("hot.npz"), "--json")) == expected)
        #expect(evaluate(folder.path("hot.npz")).remarks.contains("one-hot targets are taken"))
        #expect(loss(evaluate(folder.path("column.npz"), "--json")) == expected)
        let categorical = evaluate(folder.path("column.npz"), "--json", "--loss", "categorical_crossentropy")
        #expect(abs((loss(categorical) ?? 0) - expected) < 1e-6)
        #expect(categorical.remarks.contains("become one-hot rows of 3"))
        try NPZFile.write(["x": rows, "y": labels.oneHot(depth: 3) * 2], to: folder.file("bad.npz"))
        #expect(evaluate(folder.path("bad.npz")).message.contains("no one-hot row"))
        let binary = Sequential(seed: 1) { Dense(1, activation: .sigmoid, inputShape: [4]) }
        try binary.compile(optimizer: .sgd(), loss: .binaryCrossentropy, metrics: [.accuracy])
        try binary.save(to: folder.file("binary.keras"))
        let ones = Tensor([0, 1, 1, 0, 1, 0] as [Int32])
        try NPZFile.write(["x": rows, "y": ones], to: folder.file("binary.npz"))
        let run = CommandRun("evaluate", folder.path("binary.keras"), folder.path("binary.npz"), "--json")
        let same = try binary.evaluate(
            rows, ones.cast(to: .float32).reshaped(to: [6, 1]), verbosity: .silent)
        #expect(loss(run) == same.loss)
    }

    @Test func lossAndMetricsCanBeNamed() throws {
        _ = try folder.classifier("plain.keras", loss: nil)
        try NPZFile.write(["x": rows, "y": labels], to: folder.file("d.npz"))
        let without = CommandRun("evaluate", folder.path("plain.keras"), folder.path("d.npz"))
        #expect(without.status == 1 && without.message.contains("Give --loss"))
        let run = CommandRun(
            "evaluate", folder.path("plain.keras"), folder.path("d.npz"), "--loss",
            "sparse_categorical_crossentropy",
            "--metrics", "accuracy, sparse_categorical_accuracy", "--json")
        #expect(loss(run) == (try model.evaluate(rows, labels, verbosity: .silent).loss), "\(run.message)")
        #expect(run.json?["results"]?["inference"]?.object?.count == 3)
        let mse = evaluate(folder.path("d.npz"), "--loss", "mse", "--metrics", "mae", "--json")
        #expect(mse.json?["results"]?["inference"]?["mean_absolute_error"] != nil, "\(mse.message)")
        for (option, name) in [("--loss", "fun"), ("--metrics", "accuracy,fun")] {
            let bad = evaluate(folder.path("d.npz"), option, name)
            #expect(bad.status == 1 && bad.message.contains("fun: there is no such"))
        }
        for name in Loss.names { #expect(Loss.named(name)?.name == name) }
        for name in Metric.names { #expect(Metric.named(name)?.name == name) }
        #expect(Loss.named("fun") == nil && Metric.named("fun") == nil)
    }

    @Test func bothModesShowTheDamage() throws {
        let frozen = Sequential(seed: 2) {
            BatchNormalization(inputShape: [4], name: "norm")
            Dense(3, activation: .softmax)
        }
        let norm = try #require(frozen.layer(named: "norm") as? BatchNormalization)
        norm.freeze()
        norm.statistics = .batch
        try frozen.compile(optimizer: .adam(learningRate: 0.1), loss: .sparseCategoricalCrossentropy)
        let far = rows * 3 + 10
        try frozen.fit(far, labels, batchSize: 6, epochs: 60, verbosity: .silent)
        try frozen.save(to: folder.file("frozen.keras"))
        try NPZFile.write(["x": far, "y": labels], to: folder.file("d.npz"))
        let arguments = ["evaluate", folder.path("frozen.keras"), folder.path("d.npz"), "--both-modes"]
        let run = CommandRun(arguments)
        #expect(run.output.contains("in inference mode: ") && run.output.contains("in training mode: "))
        #expect(run.output.contains("better in training mode than as it predicts"))
        let both = CommandRun(arguments + ["--json"])
        #expect((loss(both, "training") ?? 9) < (loss(both) ?? 0))
        let single = CommandRun(Array(arguments.dropLast()) + ["--mode", "training", "--json"])
        #expect(loss(single, "training") == loss(both, "training"))
        #expect(loss(single) == nil)
    }

    @Test func foldersWithStandardNamesAreRead() throws {
        let images = Sequential(seed: 1) {
            Flatten(inputShape: [2, 2, 1])
            Dense(2, activation: .softmax)
        }
        try images.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
        try images.save(to: folder.file("images.keras"))
        let pixels = Tensor(shape: [3, 2, 2], scalars: (0..<12).map { UInt8($0) })
        for (name, kinds) in [("t10k", [0, 1, 1]), ("train", [1, 0, 0])] {
            try IDXFile.write(pixels, to: folder.file("\(name)-images-idx3-ubyte"))
            try IDXFile.write(Tensor(kinds.map { UInt8($0) }), to: folder.file("\(name)-labels-idx1-ubyte"))
        }
        let run = CommandRun(
            "evaluate", folder.path("images.keras"), folder.url.path, "--scale", "1/255", "--json")
        let x = pixels.cast(to: .float32).reshaped(to: [3, 2, 2, 1]) / 255
        let expected = try images.evaluate(x, Tensor([0, 1, 1] as [Int32]), verbosity: .silent).loss
        #expect(abs((loss(run) ?? 0) - expected) < 1e-6, "\(run.message)")
        #expect(run.remarks.contains("t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte are taken"))
        let train = CommandRun("evaluate", folder.path("images.keras"), folder.url.path, "--split", "train")
        #expect(train.status == 0)
        let other = try ToolFolder()
        let empty = CommandRun("evaluate", folder.path("images.keras"), other.url.path)
        #expect(empty.status == 1 && empty.message.contains("t10k-images-idx3-ubyte"))
    }

    @Test func cifarIsReadFromFilesAndFolders() throws {
        let images = Sequential(seed: 1) {
            GlobalAveragePooling2D(inputShape: [32, 32, 3])
            Dense(10, activation: .softmax)
        }
        try images.compile(optimizer: .sgd(), loss: .categoricalCrossentropy)
        try images.save(to: folder.file("images.keras"))
        func record(_ label: UInt8, _ fill: UInt8) -> [UInt8] {
            [label] + [UInt8](repeating: fill, count: 3072)
        }
        let bytes = record(3, 0) + record(9, 255)
        try Data(bytes).write(to: folder.file("test_batch.bin"))
        let file = CommandRun(
            "evaluate", folder.path("images.keras"), folder.path("test_batch.bin"), "--json")
        let whole = CommandRun("evaluate", folder.path("images.keras"), folder.url.path, "--json")
        #expect(loss(file) != nil && loss(file) == loss(whole), "\(file.message) \(whole.message)")
        #expect(file.json?["samples"]?.integer == 2)
        try Data(record(200, 0)).write(to: folder.file("bad.bin"))
        let bad = CommandRun("evaluate", folder.path("images.keras"), folder.path("bad.bin"))
        #expect(bad.status == 1 && bad.message.contains("out of range"))
    }

    @Test func whatDoesNotFitIsSaid() throws {
        try NPZFile.write(["x": rows, "y": labels.prefix(5)], to: folder.file("few.npz"))
        #expect(evaluate(folder.path("few.npz")).message.contains("6 samples and targets of shape [5]"))
        try NPZFile.write(["x": rows, "y": labels + 1], to: folder.file("high.npz"))
        #expect(evaluate(folder.path("high.npz")).message.contains("the model has 3 classes"))
        try NPZFile.write(["x": rows, "y": Tensor.zeros([6, 7])], to: folder.file("wide.npz"))
        #expect(evaluate(folder.path("wide.npz"), "--loss", "mse").status == 1)
        #expect(evaluate(folder.path("wide.npz")).status == 1)
        try NPZFile.write(
            ["x": rows, "y": Tensor([0, 1, .nan, 0, 1, 2] as [Float])], to: folder.file("nan.npz"))
        #expect(evaluate(folder.path("nan.npz")).status == 1)
        #expect(evaluate(folder.path("nan.npz"), "--loss", "mse").status == 1)
        let hot = evaluate(folder.path("high.npz"), "--loss", "categorical_crossentropy")
        #expect(hot.message.contains("the target of sample 2 is 3"))
        try NPZFile.write(["p": rows, "q": labels], to: folder.file("pq.npz"))
        #expect(evaluate(folder.path("pq.npz")).message.contains("expected x and y, or x_test and y_test"))
        try NPYFile.write(rows, to: folder.file("x.npy"))
        #expect(evaluate(folder.path("x.npy")).message.contains("--labels FILE"))
        let table = try folder.text("1,2,3,4,cat\n1,2,3,4,dog\n", "words.csv")
        #expect(evaluate(table).message.contains("line 2, column 5 holds no number"))
        let numbers = try folder.text("a,b,c,d,kind\n1,2,3,4,0\n", "t.csv")
        #expect(evaluate(numbers, "--target", "sort").message.contains("called a, b, c, d, kind"))
        #expect(evaluate(numbers, "--target", "6").message.contains("from 1 to 5"))
        #expect(
            evaluate(numbers, "--labels", folder.path("x.npy")).message.contains("name a column by --target"))
        #expect(evaluate(folder.path("x.npy"), "--target", "1").message.contains("--target is for CSV"))
        #expect(evaluate(try folder.text("1\n2\n", "one.csv")).message.contains("one column"))
        #expect(evaluate(numbers, "--mode", "dreaming").status == 64)
        #expect(evaluate(numbers, "--batch-size", "0").status == 64)
        #expect(evaluate(folder.path("nowhere.npz")).message.contains("No such file"))
    }
}
