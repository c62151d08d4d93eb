import Foundation
import Testing
import ThawFormats
import ThawTensor

@testable import Thaw

@Suite(.timeLimit(.minutes(1))) struct CIFAR10Tests {
    let folder: DataFolder
    let locations: DataLocations
    let names = CIFAR10.trainNames + [CIFAR10.testName]

    init() throws {
        folder = try DataFolder()
        locations = DataLocations(
            environment: ["XDG_CACHE_HOME": folder.file("cache").path], home: folder.url, systemFolders: [])
    }

    /// Two records whose label and pixels are the batch's number.
    func records(_ number: Int) -> [UInt8] {
        Array(
            repeatElement([UInt8(number)] + [UInt8](repeating: UInt8(number), count: 3072), count: 2).joined()
        )
    }

    func archive(_ members: [(String, [UInt8])]) throws -> CIFAR10Archive {
        let tar = members.flatMap { tarFile($0.0, $0.1) } + [UInt8](repeating: 0, count: 1024)
        let bytes = storedGzip(tar)
        try folder.write(bytes, to: "mirror/cifar-10-binary.tar.gz")
        return CIFAR10Archive(
            file: RemoteFile(
                url: folder.file("mirror/cifar-10-binary.tar.gz"), size: bytes.count,
                digest: SHA256Digest.hex(of: bytes)),
            memberSize: 2 * 3073)
    }

    var whole: [(String, [UInt8])] {
        [("cifar-10-batches-bin/batches.meta.txt", Array("airplane\n".utf8))]
            + names.enumerated().map { ("cifar-10-batches-bin/\($1)", records($0)) }
    }

    @Test func fromAFolder() throws {
        for (number, name) in names.enumerated() { try folder.write(records(number), to: "mine/\(name)") }
        let (train, test) = try CIFAR10.load(from: folder.file("mine"))
        #expect(train.inputs[0].shape == [10, 32, 32, 3])
        #expect(train.targets[0] == Tensor([0, 0, 1, 1, 2, 2, 3, 3, 4, 4] as [Int32]))
        #expect(train.inputs[0][element: 7, 31, 31, 2] == Double(Float(3) / 255))
        #expect(test.targets[0].ints == [5, 5])
        let bytes = try CIFAR10.load(from: folder.file("mine"), scaled: false)
        #expect(bytes.train.inputs[0].dtype == .uint8)
        #expect(bytes.train.inputs[0][element: 7, 0, 0, 0] == 3)
    }

    @Test func downloadedUnpackedAndKept() throws {
        let source = try archive(whole)
        let (train, _) = try CIFAR10.load(from: nil, scaled: true, locations: locations, source: source)
        #expect(train.count == 10)
        #expect(try folder.names("cache/thaw") == ["cifar-10-batches-bin"])
        #expect(try folder.names("cache/thaw/cifar-10-batches-bin") == names.sorted())
        // The second time nothing is downloaded.
        let (again, _) = try CIFAR10.load(from: nil, scaled: true, locations: locations, source: nil)
        #expect(again.inputs == train.inputs)
    }

    @Test func archiveThatTheUserPutThereStays() throws {
        let source = try archive(whole)
        try FileManager.default.createDirectory(at: folder.file("cache"), withIntermediateDirectories: true)
        try FileManager.default.moveItem(at: folder.file("mirror"), to: folder.file("cache/thaw"))
        let (train, _) = try CIFAR10.load(from: nil, scaled: true, locations: locations, source: source)
        #expect(train.count == 10)
        #expect(try folder.names("cache/thaw").contains("cifar-10-binary.tar.gz"))
    }

    @Test func namesOutsideOfTheFolderAreIgnored() throws {
        let hostile = [("../../evil.bin", records(1)), ("/\(folder.file("evil.bin").path)", records(1))]
        let source = try archive(hostile + [("data_batch_1.bin", records(9))] + whole)
        let (train, _) = try CIFAR10.load(from: nil, scaled: true, locations: locations, source: source)
        #expect(train.targets[0].ints[0] == 0)
        #expect(!FileManager.default.fileExists(atPath: folder.file("evil.bin").path))
        #expect(try folder.names("cache/thaw/cifar-10-batches-bin") == names.sorted())
    }

    @Test func missingAndOversizedMembers() throws {
        let lacking = try archive(Array(whole.dropLast()))
        let error = #expect(throws: DatasetError.self) {
            try CIFAR10.load(from: nil, scaled: true, locations: locations, source: lacking)
        }
        #expect(error?.description.contains("lacks test_batch.bin") == true)
        try FileManager.default.removeItem(at: folder.file("cache"))
        let large = try archive([("cifar-10-batches-bin/data_batch_1.bin", records(1) + [0])] + whole)
        let second = #expect(throws: DatasetError.self) {
            try CIFAR10.load(from: nil, scaled: true, locations: locations, source: large)
        }
        #expect(second?.description.contains("wrong size") == true)
    }

    @Test func withoutNetworkTheErrorSaysWhatToPutWhere() throws {
        let url = try #require(URL(string: "http://127.0.0.1:1/cifar-10-binary.tar.gz"))
        let source = CIFAR10Archive(file: RemoteFile(url: url, size: 1, digest: ""), memberSize: 1)
        let error = #expect(throws: DatasetError.self) {
            try CIFAR10.load(from: nil, scaled: true, locations: locations, source: source)
        }
        let text = try #require(error?.description)
        for name in names { #expect(text.contains(name)) }
        #expect(text.contains("cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"))
        #expect(text.contains(folder.file("cache/thaw/cifar-10-batches-bin").path))
    }
}
