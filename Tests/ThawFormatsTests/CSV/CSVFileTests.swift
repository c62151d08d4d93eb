import Foundation
import Testing
import ThawFormats
import ThawTensor

/// Tables of numbers as text.
@Suite struct CSVFileTests {
    let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func read(_ text: String, header: CSVFile.Header = .automatic) throws -> CSVFile.Contents {
        try CSVFile.read(Array(text.utf8), header: header, file: "table.csv")
    }

    @Test func rowsAndNamesAreRead() throws {
        let contents = try read("length,width,species\n5.1,3.5,0\n4.9,3.0,2\n")
        #expect(contents.columns == ["length", "width", "species"])
        #expect(contents.values == Tensor([[5.1, 3.5, 0], [4.9, 3, 2]] as [[Double]]))
        let plain = try read("1,2\n3,4")
        #expect(plain.columns == nil)
        #expect(plain.values == Tensor([[1, 2], [3, 4]] as [[Double]]))
        #expect(try read("7\n").values == Tensor([[7]] as [[Double]]))
    }

    @Test func whatProgramsWriteIsRead() throws {
        // A byte-order mark, CR LF, blanks, quotation marks, empty lines at the end.
        let text =
            "\u{FEFF}\"a, \"\"b\"\"\", c ,\"d\ne\"\r\n 1 ,\t-2.5\t,\"3\"\r\n +4,5e-1,-.5E+1 \r\n\r\n \n"
        let contents = try read(text)
        #expect(contents.columns == ["a, \"b\"", "c", "d\ne"])
        #expect(contents.values == Tensor([[1, -2.5, 3], [4, 0.5, -5]] as [[Double]]))
        // pandas' index has no name.
        #expect(try read(",x\n0,1.5\n").columns == ["", "x"])
        let words = try read("nan,NaN,inf,-inf,+Infinity\n").values.doubles
        #expect(words[0].isNaN && words[1].isNaN)
        #expect(words[2...] == [.infinity, -.infinity, .infinity])
    }

    @Test func theHeaderIsTakenAsSaid() throws {
        #expect(try read("1,2\n3,4\n", header: .present).columns == ["1", "2"])
        #expect(try read("1,2\n3,4\n", header: .absent).values.shape == [2, 2])
        #expect(throws: FormatError.self) { try read("a,2\n3,4\n", header: .absent) }
    }

    @Test func numbersAreTheNearest() throws {
        var stream = RandomStream(seed: 5)
        var texts = [
            "0", "-0", "1e22", "1e23", "123456789012345678", "0.1", "9007199254740993", "1e-22",
            "1.7976931348623157e308",
            "4.9e-324", "1e-400", "00000000000000000000001.5", "0.000000000000000000000000000123", "5.",
            "2.5e+3",
        ]
        for _ in 0..<2000 { texts.append("\(Double(bitPattern: stream.next()))") }
        for text in texts {
            guard let expected = Double(text), expected.isFinite else { continue }
            let got = try read("\(text),1\n", header: .absent).values.doubles[0]
            #expect(got.bitPattern == expected.bitPattern, "\(text)")
        }
    }

    @Test(arguments: [
        ("", "holds no line"), ("\n \r\n", "holds no line"), ("a,b\n", "no row"),
        ("1,2\n3\n", "line 2 has another number of fields: expected 2, as the first line has, got 1"),
        ("1,2\n3,4,5\n", "line 2 has another number of fields"),
        ("1,2\n\n3,4\n", "line 2 has another number of fields"),
        ("1\n\n3\n", "line 2, column 1 holds no number: expected a decimal number, got nothing"),
        ("a,b\n1,2\n3,cat\n", "line 3, column 2 holds no number: expected a decimal number, got \"cat\""),
        ("a,b\n1,\n", "line 2, column 2 holds no number: expected a decimal number, got nothing"),
        ("\"x\ny\",b\n1,zwei\n", "line 3, column 2"),
        ("a\n\"1\n", "line 2, column 1 opens a quotation mark that is never closed"),
        ("1,2\n3,4\"5\n", "line 2, column 2 holds a quotation mark inside a field"),
        ("1,\"2\"3\n", "line 1, column 2 holds something behind a closing quotation mark"),
        ("a,b\n1,2\r3,4\n", "line 2, column 2 holds a byte of 13"), ("a\u{0}b,2\n", "a byte of 0"),
    ])
    func whatIsWrongIsSaidWithItsPlace(_ text: String, _ message: String) {
        #expect { try read(text) } throws: { error in
            "\(error)".contains(message) && "\(error)".hasPrefix("table.csv: ")
        }
    }

    @Test(arguments: [
        "1e400", "0x10", "1_000", "1e", "e5", ".", "-", "+-1", "1.2.3", "1e1234567", "１", "nan(0x1)", "1 2",
        "--1",
        "infinit",
    ])
    func otherNumbersAreRefused(_ text: String) {
        #expect(throws: FormatError.self) { try read("a\n\(text)\n") }
    }

    @Test func compressedFilesAreRead() throws {
        let url = try folder.file("table.csv.gz", holding: gzipped(Array("1,2\n".utf8)))
        #expect(try CSVFile.read(url).values == Tensor([[1, 2]] as [[Double]]))
        #expect(throws: FormatError.self) { try CSVFile.read(url, limit: 2) }
        #expect(throws: FormatError.self) { try CSVFile.read(folder.file("nowhere.csv")) }
    }

    @Test func whatIsWrittenIsReadBack() throws {
        let url = folder.file("out.csv")
        let values = Tensor(
            shape: [2, 3], scalars: [0.1, -1e-30, 3, .nan, .infinity, 16_777_216] as [Float])
        try CSVFile.write(values, columns: ["a", "b,c", "d\"e"], to: url)
        let contents = try CSVFile.read(url)
        #expect(contents.columns == ["a", "b,c", "d\"e"])
        #expect(contents.values.cast(to: .float32).isBitwiseEqual(to: values))
        try CSVFile.write(Tensor([3, -4] as [Int]), to: url)
        #expect(try String(contentsOf: url, encoding: .utf8) == "3\n-4\n")
        #expect(try CSVFile.text(of: Tensor([1.5, 2] as [Float]).cast(to: .bfloat16)) == "1.5\n2.0\n")
        #expect(throws: FormatError.self) { try CSVFile.write(.zeros([2, 2, 2]), to: url) }
        #expect(throws: FormatError.self) { try CSVFile.write(.zeros([2, 2]), columns: ["a"], to: url) }
        #expect(throws: FormatError.self) { try CSVFile.write(values, to: folder.file("no/where.csv")) }
    }

    @Test func damagedTextsEndInErrorsOrNumbers() throws {
        var stream = RandomStream(seed: 9)
        let text = Array("a,\"b\"\r\n1.5,-2e3\n\"4\",nan\n".utf8)
        for count in 0...text.count { _ = try? CSVFile.read(Array(text.prefix(count))) }
        for _ in 0..<5000 {
            var bytes = text
            for _ in 0..<Int(1 + stream.next() % 4) {
                bytes[Int(stream.next() % UInt64(bytes.count))] = UInt8(truncatingIfNeeded: stream.next())
            }
            _ = try? CSVFile.read(bytes)
        }
    }
}
