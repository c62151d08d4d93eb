import Foundation
import Thaw

/// The tensors of a file with what their numbers are like.
struct WeightsReport: Codable, Equatable {
    /// A tensor.
    struct Entry: Codable, Equatable {
        let name: String
        /// What the file calls it.
        let path: String
        let shape: [Int]
        let dtype: String
        let count: Int
        let bytes: Int
        let statistics: TensorStatistics
    }

    let file: String
    let format: String
    let dictionary: TensorDictionary?
    private(set) var tensors: [Entry] = []

    /// The order of the tensors.
    enum Order: String, CaseIterable {
        case file, name, size
    }

    /// - Parameters:
    ///   - file: the file.
    ///   - filter: which names to take, with `*`, `?` and `[...]` as in a shell; all of them if nil.
    ///   - order: the order of the tensors; the largest first by size.
    init(_ file: TensorFile, filter: String? = nil, order: Order = .file) throws {
        try file.requireTensors()
        self.file = file.file
        format = file.title
        dictionary = file.dictionary
        for entry in file.entries {
            if let filter, fnmatch(filter, entry.name, 0) != 0, fnmatch(filter, entry.path, 0) != 0 {
                continue
            }
            let tensor = try entry.read()
            tensors.append(
                Entry(
                    name: entry.name, path: entry.path, shape: tensor.shape, dtype: tensor.dtype.description,
                    count: tensor.count, bytes: tensor.byteCount, statistics: TensorStatistics(tensor)))
        }
        if let filter, tensors.isEmpty {
            let names = file.entries.prefix(5).map(\.name).joined(separator: ", ")
            throw ToolError(
                "\(file.file): no name fits --filter '\(filter)'; names are \(names)"
                    + "\(file.entries.count > 5 ? " and so on" : "").")
        }
        switch order {
        case .file: break
        case .name: tensors.sort { $0.name.compare($1.name, options: .numeric) == .orderedAscending }
        case .size: tensors.sort { ($1.bytes, $0.name) < ($0.bytes, $1.name) }
        }
    }

    var text: String {
        var table = TextTable([
            ("name", .left), ("shape", .left), ("dtype", .left), ("min", .right), ("max", .right),
            ("mean", .right), ("NaN", .right), ("inf", .right),
        ])
        for tensor in tensors {
            let isWhole = !tensor.dtype.contains("float")
            let values = tensor.statistics
            func text(_ value: Double?, isWhole: Bool = false) -> String {
                value.map { NumberText.short($0, isWhole: isWhole) } ?? "-"
            }
            table.add([
                tensor.name, "\(tensor.shape)", tensor.dtype, text(values.minimum, isWhole: isWhole),
                text(values.maximum, isWhole: isWhole), text(values.mean), "\(values.nan)",
                "\(values.infinite)",
            ])
        }
        let total = [
            NumberText.count(tensors.count, "tensor"),
            NumberText.count(tensors.reduce(0) { $0 + $1.count }, "number"),
            NumberText.bytes(tensors.reduce(0) { $0 + $1.bytes }),
            "\(NumberText.grouped(tensors.reduce(0) { $0 + $1.statistics.nan })) NaN",
            "\(NumberText.grouped(tensors.reduce(0) { $0 + $1.statistics.infinite })) infinite",
        ]
        let lines = [table.text, "\(total.joined(separator: ", ")) (\(format))"]
        return (lines + (dictionary?.text.map { [$0] } ?? [])).joined(separator: "\n")
    }
}
