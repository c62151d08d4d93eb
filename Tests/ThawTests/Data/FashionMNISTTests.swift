import Foundation
import Testing
import ThawFormats
import ThawTensor

@testable import Thaw

@Suite struct FashionMNISTTests {
    let folder: DataFolder
    let locations: DataLocations

    init() throws {
        folder = try DataFolder()
        locations = DataLocations(
            environment: ["XDG_CACHE_HOME": folder.file("cache").path],
            home: folder.url, systemFolders: [folder.file("system")])
    }

    /// Four small files in the format of the real ones.
    func place(_ name: String, train: Int = 6, labels: Int? = nil, largest: UInt8 = 9) throws {
        try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: true)
        for (prefix, count) in [("train", train), ("t10k", 2)] {
            let images = Tensor(
                shape: [count, 28, 28], scalars: (0..<count * 784).map { UInt8(truncatingIfNeeded: $0) })
            let classes = Tensor((0..<(labels ?? count)).map { $0 == 0 ? largest : UInt8($0 % 10) })
            try IDXFile.write(images, to: folder.file("\(name)/\(prefix)-images-idx3-ubyte"))
            try IDXFile.write(classes, to: folder.file("\(name)/\(prefix)-labels-idx1-ubyte"))
        }
    }

    func load(
        from name: String? = nil, scaled: Bool = true, environment: [String: String] = [:],
        publisher: URL? = nil
    ) throws -> (train: Dataset, test: Dataset) {
        let locations = DataLocations(
            environment: locations.environment.merging(environment) { $1 }, home: locations.home,
            systemFolders: locations.systemFolders)
        return try FashionMNIST.load(
            from: name.map(folder.file), scaled: scaled, locations: locations, publisher: publisher)
    }

    @Test func scaledToOne() throws {
        try place("mine")
        let (train, test) = try load(from: "mine")
        #expect(train.inputs[0].shape == [6, 28, 28])
        #expect(train.inputs[0].dtype == .float32)
        #expect(train.inputs[0][element: 0, 9, 3] == Double(Float(255) / 255))
        #expect(train.inputs[0][element: 0, 0, 7] == Double(Float(7) / 255))
        #expect(train.targets[0] == Tensor([9, 1, 2, 3, 4, 5] as [Int32]))
        #expect(test.count == 2)
        #expect(try load(from: "mine", scaled: false).train.inputs[0].dtype == .uint8)
    }

    @Test func everyPlaceIsLookedAt() throws {
        try place("cache/thaw/fashion-mnist", train: 1)
        #expect(try load().train.count == 1)
        try place("system/fashion-mnist", train: 2)
        #expect(try load().train.count == 2)
        try place("data/fashion-mnist", train: 3)
        #expect(try load(environment: ["THAW_DATA": folder.file("data").path]).train.count == 3)
        try place("data", train: 4)
        #expect(try load(environment: ["THAW_DATA": folder.file("data").path]).train.count == 4)
        try place("mine", train: 5)
        #expect(try load(from: "mine").train.count == 5)
    }

    @Test func incompleteFolderIsPassedOver() throws {
        try place("data", train: 3)
        try FileManager.default.removeItem(at: folder.file("data/t10k-labels-idx1-ubyte"))
        try place("system/fashion-mnist", train: 2)
        #expect(try load(environment: ["THAW_DATA": folder.file("data").path]).train.count == 2)
    }

    @Test func contradictionsAreNamed() throws {
        try place("short", labels: 3)
        #expect(throws: DatasetError.self) { try load(from: "short") }
        try place("wide", largest: 10)
        #expect(throws: DatasetError.self) { try load(from: "wide") }
    }

    @Test func damagedFileIsNamed() throws {
        try place("mine")
        try folder.write([0, 0, 8, 3, 0, 0], to: "mine/train-images-idx3-ubyte")
        let error = #expect(throws: FormatError.self) { try load(from: "mine") }
        #expect(error?.file.hasSuffix("mine/train-images-idx3-ubyte") == true)
    }

    @Test func withoutNetworkTheErrorSaysWhatToPutWhere() throws {
        // Nothing listens at port 1.
        let nowhere = URL(string: "http://127.0.0.1:1")
        let error = #expect(throws: DatasetError.self) { try load(publisher: nowhere) }
        let text = try #require(error?.description)
        for (name, _, _) in FashionMNIST.published { #expect(text.contains(name)) }
        #expect(text.contains(folder.file("cache/thaw/fashion-mnist").path))
        #expect(text.contains("fashion-mnist.s3-website"))
        #expect(text.contains("dataset-fashion-mnist"))
        #expect(text.contains("THAW_DATA"))
        #expect(try folder.names("cache/thaw/fashion-mnist").isEmpty)
    }

    @Test func explicitFolderIsTheOnlyPlace() throws {
        try place("system/fashion-mnist")
        let error = #expect(throws: DatasetError.self) { try load(from: "empty") }
        #expect(error?.description.contains(folder.file("empty").path) == true)
    }

    @Test(
        .enabled(
            if: FileManager.default.fileExists(atPath: "/usr/share/datasets/fashion-mnist"),
            "needs /usr/share/datasets/fashion-mnist (package dataset-fashion-mnist)"))
    func theRealFiles() throws {
        let system = URL(fileURLWithPath: "/usr/share/datasets/fashion-mnist")
        let (train, test) = try FashionMNIST.load(from: system, scaled: false)
        #expect(train.inputs[0].shape == [60_000, 28, 28])
        #expect(test.inputs[0].shape == [10_000, 28, 28])
        #expect(FashionMNIST.classNames[train.targets[0].prefix(1).ints[0]] == "Ankle boot")
        // Tasks A and B of the seed experiments: the classes without sandals and shirts after the first 5,000
        // images.
        let a = try train.dropFirst(5000).filter(byLabel: { $0 != 5 && $0 != 6 })
        #expect(a.count == 43_986)
    }
}
