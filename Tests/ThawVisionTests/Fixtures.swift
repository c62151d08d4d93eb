import Foundation
import Testing
import ThawFormats
import ThawTensor

/// What `Fixtures/make_images.py` made.
enum Fixtures {
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures")

    struct Picture: Decodable {
        let shape: [Int]
        let pixels: String

        func tensor() throws -> Tensor { try Fixtures.tensor(shape, pixels) }
    }

    struct Resizing: Decodable, Sendable {
        let resampling: String
        let shape: [Int]
        let pixels: String
        let size: [Int]
        let result: String
    }

    static func pictures() throws -> [String: Picture] { try decode("images.json") }

    static func resizings() throws -> [Resizing] { try decode("resizing.json") }

    static func url(_ name: String) -> URL { folder.appending(path: "images").appending(path: name) }

    static func bytes(_ name: String) throws -> [UInt8] { try [UInt8](Data(contentsOf: url(name))) }

    /// Bytes as the script packs them: gzip in base 64.
    static func tensor(_ shape: [Int], _ packed: String) throws -> Tensor {
        let data = try #require(Data(base64Encoded: packed))
        let bytes = try Gzip.decompress([UInt8](data), limit: 1 << 20, file: "a fixture")
        return Tensor(shape: shape, scalars: bytes)
    }

    private static func decode<T: Decodable>(_ name: String) throws -> T {
        try JSONDecoder().decode(T.self, from: Data(contentsOf: folder.appending(path: name)))
    }
}

/// A folder that is removed when the test ends.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(path: "thaw-vision-\(UUID().uuidString)")

    init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Copies a fixture to `path` in the folder.
    func put(_ fixture: String, _ path: String) throws { try put(Fixtures.bytes(fixture), path) }

    func put(_ bytes: [UInt8], _ path: String) throws {
        let target = url.appending(path: path)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
    }
}
