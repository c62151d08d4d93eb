import Foundation
import Testing
import Thaw
import ThawFormats
import ThawVision

@testable import ThawCommand

#if canImport(FoundationXML)
    import FoundationXML
#endif

/// The files that a fine-tuning writes.
@Suite struct FinetunePageTests {
    private let pictures: PictureFolder
    private let name = "a <b> & \"c\""

    init() throws {
        pictures = try PictureFolder()
        try pictures.add(6, to: name, red: true)
        try pictures.add(6, to: "blues", red: false)
    }

    private func report() throws -> FinetuneReport {
        var plan = try pictures.plan()
        (plan.epochs, plan.unfrozenBlocks, plan.fineTuneEpochs, plan.validationShare) = (1, 1, 1, 0.5)
        // One epoch at a tiny rate leaves some wrong.
        plan.learningRate = 1e-6
        return try pictures.run(plan)
    }

    @Test func thePageHoldsEverythingItself() throws {
        let report = try report()
        let page = try String(contentsOf: pictures.folder.file("out/report.html"), encoding: .utf8)
        #expect(page == FinetunePage(report: report).html)
        for word in ["<script", "href=", "url(", "@import", "<link", "<b> &"] {
            #expect(!page.contains(word), "\(word)")
        }
        #expect(page.contains("a &lt;b&gt; &amp; &quot;c&quot;"))
        for word in ["Confusion", "precision", "recall", "Learning curves", "fine-tuning", "to the bit"] {
            #expect(page.contains(word), "\(word)")
        }
        let parts = page.components(separatedBy: "src=\"data:image/png;base64,").dropFirst()
        #expect(!report.mistakes.isEmpty && parts.count == report.mistakes.count)
        for part in parts {
            let data = try #require(Data(base64Encoded: String(part.prefix { $0 != "\"" })))
            #expect(try ImageFile.decode([UInt8](data)).shape == [36, 40, 3])
        }
        // Tags are balanced: HTML's that are alone are closed for the parser.
        let markup = page.replacing(/<(meta|img|br)([^>]*)>/) { "<\($0.1)\($0.2)/>" }
            .replacing("&nbsp;", with: " ").replacing("<!DOCTYPE html>", with: "")
        let parser = XMLParser(data: Data(markup.utf8))
        #expect(parser.parse(), "\(parser.parserError.map { "\($0)" } ?? "") at \(parser.lineNumber)")
    }

    @Test func resultsAreJSON() throws {
        let report = try report()
        let data = try Data(contentsOf: pictures.folder.file("out/results.json"))
        #expect(try JSONDecoder().decode(FinetuneReport.self, from: data) == report)
        let object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        for key in ["validation", "classes", "confusion", "mistakes", "phases", "plan", "network"] {
            #expect(object[key] != nil, "\(key)")
        }
    }

    @Test func theTextNamesEverything() throws {
        let report = try report()
        let text = FinetuneText.summary(report)
        #expect(text.contains("Validation accuracy") && text.contains("true \\ predicted"))
        #expect(text.contains("most wrong") && text.contains("Kept: \(report.kept)."))
        #expect(text.contains("of \(report.validationPictures)"))
    }

    @Test func thumbnailsAreSmall() throws {
        let large = Tensor.full([400, 100, 3], 90, dtype: .uint8)
        try pictures.write(large, to: "../large.png")
        let uri = try #require(Thumbnail.uri(of: pictures.folder.path("large.png")))
        let data = try #require(Data(base64Encoded: String(uri.dropFirst("data:image/png;base64,".count))))
        #expect(try ImageFile.decode([UInt8](data)).shape == [144, 36, 3])
        #expect(Thumbnail.uri(of: pictures.folder.path("nowhere.png")) == nil)
    }

    @Test func namesCannotSteerTheTerminal() {
        #expect(PlainText.of("a\u{1B}[2Jb\nc\u{202E}d é 猫") == "a?[2Jb?c?d é 猫")
    }
}
