import Foundation
import Thaw
import ThawFormats

/// Inputs and targets to evaluate a model on, from a file or a folder.
struct EvaluationData {
    /// A part of a data set.
    enum Split: String, CaseIterable {
        case test, train
    }

    let inputs: [Tensor]
    let targets: [Tensor]

    init(
        _ path: String, for model: Model, labels: String? = nil, split: Split = .test, target: String? = nil
    ) throws {
        var isFolder: ObjCBool = false
        _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        let file = isFolder.boolValue ? try DataFolder(path, split: split).file : try SampleFile(path)
        var isTable = false
        if case .table = file { isTable = true }
        guard target == nil || isTable else { throw ToolError("--target is for CSV; \(path) is none.") }
        switch file {
        case .images(_, let stored):
            targets = [try labels.map(Self.labels) ?? stored]
            inputs = try PredictionInputs(for: model, from: file, named: path).tensors
        case .table(let table):
            guard labels == nil else {
                throw ToolError("--labels is not for CSV; name a column by --target.")
            }
            let (rest, column) = try Self.split(table, at: target, path: path)
            targets = [column]
            inputs = try PredictionInputs(for: model, from: .table(rest), named: path).tensors
        case .arrays(let entries):
            let (own, targets) = try Self.targets(
                entries, for: model, labels: labels, split: split, path: path)
            self.targets = targets
            inputs = try PredictionInputs(for: model, from: .arrays(own), named: path).tensors
        }
        for tensor in targets {
            guard tensor.rank > 0, tensor.shape[0] == inputs[0].shape[0] else {
                throw ToolError(
                    "\(path): there are \(inputs[0].shape[0]) samples and targets of shape \(tensor.shape); expected one "
                        + "target for each sample.")
            }
        }
    }

    /// Labels in a file of their own.
    private static func labels(_ path: String) throws -> Tensor {
        let url = URL(fileURLWithPath: path)
        guard let format = try FileFormat.detect(url), format == .idx || format == .npy else {
            throw ToolError("\(path): these are no labels; expected IDX or .npy.")
        }
        return try format == .idx ? IDXFile.read(url) : NPYFile.read(url)
    }

    // MARK: - Tables

    private static func split(
        _ table: CSVFile.Contents, at target: String?, path: String
    ) throws -> (rest: CSVFile.Contents, column: Tensor) {
        let (rows, count) = (table.values.shape[0], table.values.shape[1])
        guard count > 1 else {
            throw ToolError("\(path): the table has one column; expected inputs and a target.")
        }
        var place = count - 1
        if let target {
            let named = (table.columns ?? []).indices.filter { table.columns?[$0] == target }
            guard named.count <= 1 else {
                throw ToolError("\(path): \(named.count) columns are called \(target).")
            }
            let number = Int(target).flatMap { (1...count).contains($0) ? $0 - 1 : nil }
            guard let found = named.first ?? number else {
                let names = table.columns.map { ", called \($0.prefix(20).joined(separator: ", "))" } ?? ""
                throw ToolError(
                    "\(path): there is no column \(target); expected a number from 1 to \(count), or a name: the table has "
                        + "\(count) columns\(names).")
            }
            place = found
        }
        let before = table.values.slice(starts: [0, 0], sizes: [rows, place])
        let after = table.values.slice(starts: [0, place + 1], sizes: [rows, count - place - 1])
        let column = table.values.slice(starts: [0, place], sizes: [rows, 1]).reshaped(to: [rows])
        var columns = table.columns
        columns?.remove(at: place)
        let rest = CSVFile.Contents(columns: columns, values: .concatenate([before, after], axis: 1))
        return (rest, column)
    }

    // MARK: - Arrays

    private static func targets(
        _ entries: [TensorFile.Entry], for model: Model, labels: String?, split: Split, path: String
    ) throws -> (inputs: [TensorFile.Entry], targets: [Tensor]) {
        if let labels { return (entries, [try Self.labels(labels)]) }
        func entry(_ name: String) -> TensorFile.Entry? { entries.first { $0.name == name } }
        let outputs = model.outputNames ?? []
        let own = outputs.compactMap(entry)
        if own.count == outputs.count, !own.isEmpty {
            let rest = entries.filter { entry in !own.contains { $0.name == entry.name } }
            return (rest, try own.map { try $0.read() })
        }
        guard outputs.count <= 1 else {
            throw ToolError(
                "\(path): the model has the outputs \(outputs.joined(separator: ", ")); give targets in a .npz under these names."
            )
        }
        if entries.count == 1 { return (entries, [try siblingLabels(of: path)]) }
        let part = split == .train ? [("x_train", "y_train")] : [("x", "y"), ("x_test", "y_test")]
        let usual = [
            ("inputs", "targets"), ("images", "labels"), ("features", "labels"), ("data", "target"),
            ("x", "y"),
        ]
        for (x, y) in part + usual {
            guard let target = entry(y) else { continue }
            if let input = entry(x) {
                Console.remark("arrays \"\(x)\" and \"\(y)\" of \(path) are taken")
                return ([input], [try target.read()])
            }
            // Inputs under the names of the model's own.
            let inputs = PredictionInputs.names(of: model).compactMap(entry)
            if !inputs.isEmpty { return (inputs, [try target.read()]) }
        }
        throw ToolError(
            "\(path): the file has the arrays \(entries.map(\.name).joined(separator: ", ")); expected "
                + "\(part.map { "\($0) and \($1)" }.joined(separator: ", or ")).")
    }

    /// The labels that lie beside a file of images in MNIST's names.
    private static func siblingLabels(of path: String) throws -> Tensor {
        let url = URL(fileURLWithPath: path)
        let name = url.lastPathComponent.replacingOccurrences(of: "images", with: "labels")
            .replacingOccurrences(of: "idx3", with: "idx1")
        let sibling = url.deletingLastPathComponent().appendingPathComponent(name)
        guard name != url.lastPathComponent, FileManager.default.fileExists(atPath: sibling.path) else {
            throw ToolError("\(path): the file has no labels; give them by --labels FILE.")
        }
        Console.remark("the labels are taken from \(sibling.path)")
        return try labels(sibling.path)
    }
}
