import Foundation
import Testing

@testable import ThawFormats

@Suite struct JSONValueTests {
    @Test func textComesBack() throws {
        let value: JSONValue = [
            "a": [1, 2.5, true, .null, 1e300], "b": ["c": "quote \" slash \\ line \n é 🙂"], "d": [],
            "e": [:],
        ]
        let again = try JSONValue(parsing: Data(value.text.utf8), file: "test")
        #expect(again.text == value.text)
        #expect(again["b"]?["c"]?.string == "quote \" slash \\ line \n é 🙂")
        #expect(again["a"]?.array?[1].double == 2.5)
    }

    /// Python tells 1.0 from 1, and Keras minds.
    @Test func numbersKeepTheirKind() throws {
        #expect(JSONValue.number(1).text == "1.0")
        #expect(JSONValue.integer(1).text == "1")
        #expect(JSONValue.number(.nan).text == "null")
        #expect(JSONValue.number(1e-7).text == "1e-07")
        #expect(try JSONValue(parsing: Data("[1, true]".utf8), file: "test") == [1, true])
    }

    @Test func namesAreSorted() {
        #expect(JSONValue.object(["b": 1, "a": 2]).text == "{\"a\": 2, \"b\": 1}")
    }

    @Test(arguments: ["", "{", "{\"a\" 1}", "nul", "\"\\x\"", "[1] 2"])
    func whatIsNoJSONIsRefused(_ text: String) {
        let error = #expect(throws: FormatError.self) {
            try JSONValue(parsing: Data(text.utf8), file: "model.json")
        }
        #expect(error?.description.contains("model.json") == true)
    }

    @Test func deepNestingIsRefused() {
        let text = String(repeating: "[", count: 100_000)
        let error = #expect(throws: FormatError.self) {
            try JSONValue(parsing: Data(text.utf8), file: "test")
        }
        #expect(error?.what.contains("deep") == true)
        // Brackets in a text are no nesting.
        let quoted = "\"\(String(repeating: "[\\\"", count: 1000))\""
        #expect(throws: Never.self) { try JSONValue(parsing: Data(quoted.utf8), file: "test") }
    }

    /// Foundation would read these, and the depth of what it reads would go unseen.
    @Test(arguments: [
        String.Encoding.utf16LittleEndian, .utf16BigEndian, .utf16, .utf32LittleEndian, .utf32BigEndian,
        .utf32,
        .isoLatin1,
    ])
    func onlyUTF8IsRead(_ encoding: String.Encoding) throws {
        let text =
            encoding == .isoLatin1
            ? "[\"é\"]" : String(repeating: "[", count: 200) + String(repeating: "]", count: 200)
        let data = try #require(text.data(using: encoding))
        let error = #expect(throws: FormatError.self) { try JSONValue(parsing: data, file: "test") }
        #expect(error?.what.contains("UTF-8") == true, "\(error?.what ?? "")")
    }
}
