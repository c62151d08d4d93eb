import CZlib
import Foundation
import ThawFormats
import ThawTensor
import ThawVision

extension FuzzFormat {
    /// Pictures. Most damage to a PNG would be found by its checksums, so half of them are damaged under right ones.
    public static func images() throws -> [FuzzFormat] {
        let folder = "../../ThawVisionTests/Fixtures/images"
        let png = try Fixture.files(folder, ending: ".png")
        return [
            FuzzFormat("jpeg", files: try Fixture.files(folder, ending: ".jpg"), read: decode),
            FuzzFormat(
                "png",
                mutant: { stream in
                    let whole = png[stream.pick(png.count)]
                    let isInside = stream.pick(2) == 0
                    var mutator = ByteMutator(stream, words: ByteMutator.words)
                    return isInside ? rewritten(whole, &mutator) : mutator.mutant(of: whole)
                }, read: decode),
        ]
    }

    private static func decode(_ bytes: [UInt8], _ url: URL) throws {
        _ = try ImageFile.decode(bytes, pixelLimit: 1 << 20)
    }

    /// The chunks of a PNG with one of them changed, under right checksums.
    private static func rewritten(_ png: [UInt8], _ mutator: inout ByteMutator) -> [UInt8] {
        var chunks: [(kind: [UInt8], contents: [UInt8])] = []
        var place = 8
        while place + 12 <= png.count {
            let length = png[place..<place + 4].reduce(0) { $0 << 8 | Int($1) }
            chunks.append((Array(png[place + 4..<place + 8]), Array(png[place + 8..<place + 8 + length])))
            place += 12 + length
        }
        let index = mutator.pick(chunks.count)
        chunks[index].contents = mutator.mutant(of: chunks[index].contents)
        return chunks.reduce(into: Array(png[..<8])) { result, chunk in
            let body = chunk.kind + chunk.contents
            let checksum = crc32(0, body, UInt32(body.count))
            result += bigEndian(chunk.contents.count) + body + bigEndian(Int(checksum))
        }
    }

    private static func bigEndian(_ number: Int) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
    }
}
