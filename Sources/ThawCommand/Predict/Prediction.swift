import Foundation
import Thaw
import ThawFormats

/// The outputs of a model for some samples.
struct Prediction {
    let names: [String]
    let outputs: [Tensor]
    private let labels: [String]?

    init(_ model: Model, inputs: [Tensor], batchSize: Int, labels: LabelNames?) throws {
        let outputs = try model.predictOutputs(Dataset(inputs: inputs), batchSize: batchSize)
        try self.init(outputs: outputs, of: model, labels: labels)
    }

    /// Outputs that a model gave. Without labels those names are taken that the model has for its classes.
    init(outputs: [Tensor], of model: Model, labels: LabelNames?) throws {
        self.outputs = outputs
        names = outputs.count == 1 ? ["output"] : model.outputNames ?? outputs.indices.map { "output\($0)" }
        if let labels {
            guard outputs.count == 1 else {
                throw ToolError("--labels is for a model of one output, and this one has \(outputs.count).")
            }
            try labels.check(count: outputs[0].count / outputs[0].shape[0])
        }
        let own = outputs.count == 1 ? model.classNames : nil
        self.labels = labels?.names ?? (own?.count == outputs[0].count / outputs[0].shape[0] ? own : nil)
    }

    /// The number of samples.
    var count: Int { outputs[0].shape[0] }

    /// Each output as a row for each sample.
    private var tables: [Tensor] { outputs.map { $0.reshaped(to: [count, $0.count / count]) } }

    /// All outputs of each sample in a row.
    var rows: [[Float]] {
        let tables = tables.map { ($0.shape[1], $0.floats) }
        return (0..<count).map { row in
            tables.flatMap { width, numbers in numbers[row * width..<(row + 1) * width] }
        }
    }

    /// The names of the outputs in a row.
    var columns: [String] {
        if let labels { return labels }
        return zip(names, tables).flatMap { name, table in
            table.shape[1] == 1 ? [name] : (0..<table.shape[1]).map { "\(name)_\($0)" }
        }
    }

    /// All outputs as CSV, with a line of names.
    func csv() throws -> String {
        try CSVFile.text(of: .concatenate(tables, axis: 1), columns: columns)
    }

    /// Writes what was asked for.
    func write(to url: URL, top: Int?) throws {
        switch url.pathExtension {
        case "npy":
            guard outputs.count == 1 else {
                throw ToolError(
                    "\(url.path): the model has \(outputs.count) outputs; write them to a .npz or .csv.")
            }
            try NPYFile.write(outputs[0], to: url)
        case "npz": try NPZFile.write(zip(names, outputs).map { (name: $0, tensor: $1) }, to: url)
        default: try AtomicFile.write(Array((try top.map { try topCSV($0) } ?? csv()).utf8), to: url)
        }
    }

    // MARK: - The largest

    /// An output of a sample.
    struct Choice: Codable, Equatable {
        let index: Int
        let label: String?
        let value: Float
    }

    /// The largest outputs of each sample, the largest first; of equal ones the first.
    func top(_ count: Int) throws -> [[Choice]] {
        guard outputs.count == 1 else {
            throw ToolError("--top is for a model of one output, and this one has \(outputs.count).")
        }
        let table = tables[0]
        let width = table.shape[1]
        return table.withUnsafeBufferPointer(as: Float.self) { numbers in
            (0..<self.count).map { row in
                let values = numbers[row * width..<(row + 1) * width]
                let order = (0..<width).sorted { left, right in
                    let (a, b) = (values[row * width + left], values[row * width + right])
                    // NaN last.
                    return a == b || a.isNaN && b.isNaN ? left < right : b.isNaN || a > b
                }
                return order.prefix(count).map {
                    Choice(index: $0, label: labels?[$0], value: values[row * width + $0])
                }
            }
        }
    }

    /// The largest as a table for the terminal.
    func topTable(_ count: Int) throws -> String {
        let rows = try top(count)
        let ranks = 1...max(1, rows.first?.count ?? 1)
        var columns: [(title: String, alignment: TextTable.Alignment)] = [("sample", .right)]
        for rank in ranks { columns += [("\(rank).", .left), ("", .right)] }
        var table = TextTable(columns)
        for (sample, row) in rows.enumerated() {
            table.add(
                ["\(sample)"]
                    + row.flatMap {
                        [PlainText.of($0.label ?? "\($0.index)"), NumberText.short(Double($0.value))]
                    })
        }
        return table.text + "\n"
    }

    private func topCSV(_ count: Int) throws -> String {
        let rows = try top(count)
        let ranks = 1...max(1, rows.first?.count ?? 1)
        let header = ["sample"] + ranks.flatMap { ["class_\($0)", "value_\($0)"] }
        return rows.enumerated().reduce(into: CSVFile.line(header)) { text, entry in
            let fields = entry.element.flatMap { [$0.label ?? "\($0.index)", $0.value.description] }
            text += CSVFile.line(["\(entry.offset)"] + fields)
        }
    }

    // MARK: - JSON

    /// The result for `--json`.
    struct Report: Codable, Equatable {
        /// An output with its values, row by row.
        struct Output: Codable, Equatable {
            let name: String
            let shape: [Int]
            let values: [[Float]]?
        }

        let model: String
        let input: String
        let samples: Int
        let labels: [String]?
        let outputs: [Output]
        /// For each sample, in place of the values.
        let top: [[Choice]]?
    }

    func report(model: String, input: String, top: Int?) throws -> Report {
        let choices = try top.map { try self.top($0) }
        let described = zip(names, zip(outputs, tables)).map { name, pair in
            let width = pair.1.shape[1]
            let numbers = pair.1.floats
            let values = (0..<count).map { Array(numbers[$0 * width..<($0 + 1) * width]) }
            return Report.Output(name: name, shape: pair.0.shape, values: choices == nil ? values : nil)
        }
        return Report(
            model: model, input: input, samples: count, labels: labels, outputs: described, top: choices)
    }
}
