public import Foundation
public import ThawTensor

extension CSVFile {
    /// Replaces the file at `url` by a table. The old file stays whole until the new one is complete.
    ///
    /// - Parameters:
    ///   - tensor: `[rows, columns]`, or `[rows]` for one column. Numbers are written so that reading gives the same ones.
    ///   - columns: the names of the columns for a first line; none without them.
    ///   - url: the file.
    /// - Throws: ``FormatError`` of kind `unsupported` for a tensor of more axes or other than as many names as columns,
    ///   `unwritable` when the system refuses.
    public static func write(
        _ tensor: Tensor, columns: [String]? = nil, to url: URL
    ) throws(FormatError) {
        let text = try text(of: tensor, columns: columns, file: url.path)
        do {
            try AtomicFile.write(Array(text.utf8), to: url)
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    /// A table as text, as `write` writes it.
    ///
    /// - Parameters:
    ///   - tensor: `[rows, columns]` or `[rows]`.
    ///   - columns: the names of the columns for a first line.
    ///   - file: what errors call it.
    /// - Throws: ``FormatError`` of kind `unsupported`, as `write` does.
    public static func text(
        of tensor: Tensor, columns: [String]? = nil, file: String = "table"
    ) throws(FormatError) -> String {
        let width = tensor.rank == 1 ? 1 : tensor.rank == 2 ? tensor.shape[1] : 0
        guard (1...2).contains(tensor.rank), width > 0, (columns?.count ?? width) == width else {
            throw FormatError(
                .unsupported, file: file, what: "this is no table of numbers",
                expected: "a tensor of two axes and a name for each column, or none",
                got: "the shape \(tensor.shape)\(columns.map { " and \($0.count) names" } ?? "")")
        }
        var lines = columns.map { line($0) } ?? ""
        func append<Number: TensorElement & CustomStringConvertible>(_ type: Number.Type) {
            tensor.withUnsafeBufferPointer(as: type) { numbers in
                for (place, number) in numbers.enumerated() {
                    lines += number.description
                    lines += (place + 1) % width == 0 ? "\n" : ","
                }
            }
        }
        switch tensor.dtype {
        case .float32: append(Float.self)
        case .float64: append(Double.self)
        default:
            guard !tensor.dtype.isFloatingPoint else {
                return try text(of: tensor.cast(to: .float32), columns: columns, file: file)
            }
            for (place, number) in tensor.scalars(as: Int.self).enumerated() {
                lines += "\(number)"
                lines += (place + 1) % width == 0 ? "\n" : ","
            }
        }
        return lines
    }

    /// Fields as a line; those that hold a comma, a quotation mark, the end of a line or outer blanks are quoted.
    public static func line(_ fields: [String]) -> String {
        let texts = fields.map { field in
            let isPlain =
                !field.unicodeScalars.contains { ",\"\r\n".unicodeScalars.contains($0) }
                && field.first?.isWhitespace != true && field.last?.isWhitespace != true
            return isPlain ? field : "\"\(field.replacingOccurrences(of: "\"", with: "\"\""))\""
        }
        return texts.joined(separator: ",") + "\n"
    }
}
