public import Foundation
public import ThawTensor

/// Tables of numbers as text (RFC 4180): a line for each row, commas between the fields, a line with the names of the columns
/// in front if wanted.
///
/// ```
/// length,width,species
/// 5.1,3.5,0
/// 4.9,3.0,2
/// ```
///
/// Every row has as many fields as the first, and every field is a decimal number, `nan`, `inf` or `-inf`; empty fields and
/// texts are errors that say where. Fields may be quoted, lines may end in CR LF, blanks around a field and empty lines at the
/// end are ignored, as is a byte-order mark. A file that is compressed with gzip is recognised by its contents.
public enum CSVFile {
    /// Whether the first line holds the names of the columns.
    public enum Header: Sendable, Hashable {
        /// It does if any of its fields is no number.
        case automatic
        /// It does.
        case present
        /// It holds numbers like all others.
        case absent
    }

    /// What a file holds.
    public struct Contents: Sendable, Equatable {
        /// The names of the columns; nil without a header.
        public let columns: [String]?
        /// The numbers, `float64 [rows, columns]`, at least one of each.
        public let values: Tensor

        /// Puts names and numbers together.
        public init(columns: [String]?, values: Tensor) {
            self.columns = columns
            self.values = values
        }
    }

    /// The table in the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - header: whether the first line holds names.
    ///   - limit: the largest size of the file, before and after decompression, that is accepted, in bytes.
    /// - Throws: ``FormatError`` with the line and the column, both counted from 1, when the file cannot be read, holds no
    ///   row, rows of different lengths, a quotation mark that does not belong there, or a field that is no number. Memory
    ///   grows with what was read, to at most eight times the size of the text.
    public static func read(
        _ url: URL, header: Header = .automatic, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> Contents {
        let bytes = try FileBytes.read(path: url.path, limit: limit)
        let text = Gzip.isGzip(bytes) ? try Gzip.decompress(bytes, limit: limit, file: url.path) : bytes
        return try read(text, header: header, file: url.path)
    }

    /// The table in the bytes of a text.
    ///
    /// - Parameters:
    ///   - bytes: the text, in UTF-8.
    ///   - header: whether the first line holds names.
    ///   - file: what errors call it.
    /// - Throws: as for a file.
    public static func read(
        _ bytes: [UInt8], header: Header = .automatic, file: String = "data"
    ) throws(FormatError) -> Contents {
        var parser = CSVParser(bytes, file: file)
        var fields: [CSVParser.Field] = []
        guard try parser.nextRow(into: &fields) else {
            throw FormatError(
                .malformed, file: file, what: "the file holds no line", expected: "rows of numbers")
        }
        let columnCount = fields.count
        var columns: [String]?
        var values: [Double] = []
        let isHeader =
            header == .present || header == .automatic && fields.contains { parser.number($0) == nil }
        if isHeader {
            columns = fields.map { parser.text($0) }
        } else {
            try append(fields, of: parser, to: &values)
        }
        while try parser.nextRow(into: &fields) {
            guard fields.count == columnCount else {
                throw FormatError(
                    .malformed, file: file, what: "line \(parser.rowLine) has another number of fields",
                    expected: "\(columnCount), as the first line has", got: "\(fields.count)")
            }
            try append(fields, of: parser, to: &values)
        }
        guard !values.isEmpty else {
            throw FormatError(
                .malformed, file: file, what: "the file holds names of columns and no row",
                expected: "rows of numbers")
        }
        let shape = [values.count / columnCount, columnCount]
        return Contents(columns: columns, values: Tensor(shape: shape, scalars: values))
    }

    private static func append(
        _ fields: [CSVParser.Field], of parser: CSVParser, to values: inout [Double]
    ) throws(FormatError) {
        for (column, field) in fields.enumerated() {
            guard let value = parser.number(field) else {
                let text = parser.text(field)
                throw FormatError(
                    .malformed, file: parser.file,
                    what: "line \(field.line), column \(column + 1) holds no number",
                    expected: "a decimal number", got: text.isEmpty ? "nothing" : "\"\(text.prefix(40))\"",
                    remedy: "Write numbers in every field, and nan where one is missing")
            }
            values.append(value)
        }
    }
}
