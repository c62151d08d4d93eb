import Foundation
import Thaw
import ThawFormats
import ThawVision

/// What a model says about pictures in files.
struct PicturePrediction {
    /// A picture that cannot be read, and why.
    struct Failure: Codable, Equatable {
        let file: String
        let error: String
    }

    /// The files that were read, in order.
    let files: [String]
    let failures: [Failure]
    /// The outputs, a row for each file that was read; nil if none was.
    let prediction: Prediction?

    /// How many outputs of each picture are named unless the caller says otherwise.
    static let usualTop = 5

    private static let endings: Set<String> = [
        "jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "heic", "avif",
    ]

    /// Whether inputs are pictures: several files, or one that has the name of a picture or begins like one.
    static func isMeant(by inputs: [String]) -> Bool {
        guard inputs.count == 1, let path = inputs.first else { return true }
        if endings.contains(URL(fileURLWithPath: path).pathExtension.lowercased()) { return true }
        guard let file = FileHandle(forReadingAtPath: path) else { return false }
        defer { try? file.close() }
        let start = (try? file.read(upToCount: 4)) ?? Data()
        return start.starts(with: [0xFF, 0xD8, 0xFF]) || start.starts(with: [0x89, 0x50, 0x4E, 0x47])
    }

    /// Reads pictures, gives them the size and the preprocessing that the model has, and predicts.
    ///
    /// - Parameters:
    ///   - preprocessing: what to do with pixels in place of what the model says.
    ///   - labels: the names of the outputs; nil takes those that the model has.
    /// - Throws: `ToolError` for a model that does not take pictures.
    init(
        _ model: Model, files: [String], batchSize: Int, preprocessing: Preprocessing, labels: LabelNames?
    ) throws {
        let shape = try Self.pictureShape(of: model)
        let prepare = Self.preparation(preprocessing, of: model)
        var (read, failures, outputs): ([String], [Failure], [[Tensor]]) = ([], [], [])
        for start in stride(from: 0, to: files.count, by: batchSize) {
            var pictures: [Tensor] = []
            for file in files[start..<min(start + batchSize, files.count)] {
                do throws(FormatError) {
                    let picture = try ImageFile.read(URL(fileURLWithPath: file))
                    pictures.append(picture.resizedImage(height: shape[0], width: shape[1]))
                    read.append(file)
                } catch {
                    failures.append(Failure(file: file, error: error.description))
                }
            }
            guard !pictures.isEmpty else { continue }
            outputs.append(
                try model.predictOutputs(Dataset(prepare(.stack(pictures))), batchSize: batchSize))
        }
        (self.files, self.failures) = (read, failures)
        let tables = (outputs.first ?? []).indices.map { output in
            Tensor.concatenate(outputs.map { $0[output] }, axis: 0)
        }
        prediction = try tables.isEmpty ? nil : Prediction(outputs: tables, of: model, labels: labels)
    }

    private static func pictureShape(of model: Model) throws -> [Int] {
        try model.ensureBuilt()
        guard let shapes = model.inputShapes, shapes.count == 1, shapes[0].count == 3, shapes[0][2] == 3
        else {
            let text = (model.inputShapes ?? []).map { "\($0)" }.joined(separator: ", ")
            throw ToolError(
                "model \(model.name) does not take pictures: its input is \(text), and pictures are [height, width, 3]."
            )
        }
        return shapes[0]
    }

    /// What is done with pixels from 0 to 255.
    private static func preparation(
        _ preprocessing: Preprocessing, of model: Model
    ) -> (Tensor) throws -> Tensor {
        if preprocessing.isGiven {
            // Who says what to do means it, whatever the model says.
            model.preprocessing = nil
            return preprocessing.apply
        }
        if let own = model.preprocessing { return { try own($0) } }
        Console.remark(
            "the model does not say how pictures are prepared: pixels go in from 0 to 255; see --scale and --normalize"
        )
        return { $0.cast(to: .float32) }
    }

    // MARK: - Results

    /// The result for `--json`.
    struct Report: Codable, Equatable {
        struct Picture: Codable, Equatable {
            let file: String
            /// The largest outputs, the largest first.
            let top: [Prediction.Choice]
        }

        let model: String
        let pictures: [Picture]
        let failed: [Failure]
    }

    func report(model: String, top: Int?) throws -> Report {
        let choices = try prediction?.top(top ?? Self.usualTop) ?? []
        return Report(
            model: model, pictures: zip(files, choices).map { Report.Picture(file: $0, top: $1) },
            failed: failures)
    }

    /// The largest outputs of each picture as a table for the terminal.
    func table(top: Int?) throws -> String {
        guard let prediction else { return "" }
        let rows = try prediction.top(top ?? Self.usualTop)
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("picture", .left)]
        for rank in 1...max(1, rows.first?.count ?? 1) { columns += [("\(rank).", .left), ("", .right)] }
        var table = TextTable(columns)
        for (file, row) in zip(files, rows) {
            table.add(
                [PlainText.of(file)]
                    + row.flatMap {
                        [PlainText.of($0.label ?? "\($0.index)"), String(format: "%.4f", $0.value)]
                    })
        }
        return table.text + "\n"
    }

    /// Writes the outputs: with the names of the files into a `.csv`, without them otherwise.
    func write(to url: URL, top: Int?) throws {
        guard let prediction else { return }
        guard url.pathExtension == "csv" else { return try prediction.write(to: url, top: nil) }
        let text: String
        if let top {
            let rows = try prediction.top(top)
            let ranks = 1...max(1, rows.first?.count ?? 1)
            text = zip(files, rows).reduce(
                into: CSVFile.line(["file"] + ranks.flatMap { ["class_\($0)", "value_\($0)"] })
            ) { text, entry in
                text += CSVFile.line(
                    [entry.0] + entry.1.flatMap { [$0.label ?? "\($0.index)", $0.value.description] })
            }
        } else {
            text = zip(files, prediction.rows).reduce(into: CSVFile.line(["file"] + prediction.columns)) {
                $0 += CSVFile.line([$1.0] + $1.1.map(\.description))
            }
        }
        try AtomicFile.write(Array(text.utf8), to: url)
    }
}
