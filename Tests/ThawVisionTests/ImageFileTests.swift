import Foundation
import Testing
import ThawFormats
import ThawFuzzing
import ThawTensor
import ThawVision

@Suite struct ImageFileTests {
    @Test func everyKindOfFileIsWhatPillowMakesOfIt() throws {
        let pictures = try Fixtures.pictures()
        #expect(pictures.count > 45)
        for (name, picture) in pictures {
            let ours = try ImageFile.read(Fixtures.url(name))
            #expect(ours.dtype == .uint8)
            #expect(ours == (try picture.tensor()), "\(name)")
        }
    }

    @Test func aTruncatedFileIsAnErrorThatNamesIt() throws {
        let names = [
            "jpeg_420_baseline.jpg", "jpeg_422_progressive.jpg", "png_2_8.png", "png_6_16_interlaced.png",
        ]
        for name in names {
            let whole = try Fixtures.bytes(name)
            for count in 0..<whole.count {
                let error = #expect(throws: FormatError.self, "\(name), \(count) of \(whole.count)") {
                    _ = try ImageFile.decode(Array(whole[..<count]), file: name)
                }
                #expect(error?.description.hasPrefix(name) == true)
                if count > 30 { #expect(error?.kind == .truncated, "\(name), \(count)") }
            }
        }
    }

    @Test func aJPEGThatEndsInTheMiddleOfItsPixelsIsDamagedEvenWithAnEndMark() throws {
        let whole = try Fixtures.bytes("jpeg_444_baseline.jpg")
        let error = #expect(throws: FormatError.self) {
            _ = try ImageFile.decode(Array(whole[..<(whole.count - 100)]) + [0xFF, 0xD9])
        }
        #expect(error?.kind == .malformed)
    }

    @Test func bytesBetweenSegmentsArePassedOver() throws {
        let whole = try Fixtures.bytes("jpeg_444_baseline.jpg")
        let padded = Array(whole.dropLast(2)) + [0, 1, 2, 3] + whole.suffix(2) + [9, 9]
        #expect(try ImageFile.decode(padded) == ImageFile.decode(whole))
    }

    @Test func whatIsNoJPEGOrPNGIsNamed() throws {
        let cases: [([UInt8], FormatError.Kind, String)] = [
            ([], .truncated, "empty"), (Array("GIF89a".utf8), .unsupported, "GIF"),
            (Array("RIFF....WEBPVP8 ".utf8), .unsupported, "WebP"),
            (Array("hello".utf8), .malformed, "68 65 6c 6c"),
        ]
        for (bytes, kind, word) in cases {
            let error = #expect(throws: FormatError.self) { _ = try ImageFile.decode(bytes, file: "x.jpg") }
            #expect(error?.kind == kind)
            #expect(error?.description.contains(word) == true)
            #expect(error?.description.hasPrefix("x.jpg") == true)
        }
        let missing = #expect(throws: FormatError.self) {
            _ = try ImageFile.read(URL(filePath: "/nowhere/a.jpg"))
        }
        #expect(missing?.kind == .unreadable)
    }

    @Test func sizesAreCheckedBeforeAnythingIsAllocated() throws {
        let jpeg = try Fixtures.bytes("jpeg_420_baseline.jpg")
        #expect(throws: FormatError.self) { _ = try ImageFile.decode(jpeg, pixelLimit: 21 * 35 - 1) }
        _ = try ImageFile.decode(jpeg, pixelLimit: 21 * 35)

        // Claims of 65,500 x 65,500 and of 13,000 x 13,000 in files of less than a kilobyte.
        for (size, kind) in [([0xFF, 0xDC], FormatError.Kind.tooLarge), ([0x32, 0xC8], .truncated)] {
            var bomb = jpeg
            let frame = try #require(bomb.indices.first { bomb[$0] == 0xFF && bomb[$0 + 1] == 0xC0 })
            bomb.replaceSubrange(frame + 5..<frame + 9, with: (size + size).map { UInt8($0) })
            let error = #expect(throws: FormatError.self) { _ = try ImageFile.decode(bomb) }
            #expect(error?.kind == kind)
        }
    }

    @Test func aWrongChecksumIsDamage() throws {
        var png = try Fixtures.bytes("png_2_8.png")
        png[60] ^= 1
        let error = #expect(throws: FormatError.self) { _ = try ImageFile.decode(png) }
        #expect(error?.kind == .malformed)
    }

    @Test func threadsDoNotDisturbOneAnother() throws {
        let files = try Fixtures.pictures().keys.sorted().map { try Fixtures.bytes($0) }
        let expected = try files.map { try ImageFile.decode($0) }
        DispatchQueue.concurrentPerform(iterations: 200) { round in
            let index = round % files.count
            #expect((try? ImageFile.decode(files[index])) == expected[index])
            #expect((try? ImageFile.decode(Array(files[index].dropLast(15)))) == nil)
        }
    }

    @Test func thousandsOfDamagedFilesAreReadOrRefused() throws {
        for format in try FuzzFormat.images() {
            let folder = FileManager.default.temporaryDirectory
            let report = try FuzzRun(format, seed: 11, folder: folder).read(0..<3000)
            #expect(report.count == 3000)
            #expect(report.read > 50 && report.refused > 1000, "\(report)")
        }
    }
}
