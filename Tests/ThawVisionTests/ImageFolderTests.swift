import Foundation
import Testing
import ThawFormats
import ThawVision

@Suite struct ImageFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private static let small = "jpeg_420_baseline.jpg"

    private func fill(_ counts: [String: Int], in parent: String = "") throws {
        for (name, count) in counts {
            for number in 0..<count { try folder.put(Self.small, "\(parent)\(name)/\(number + 10).jpg") }
        }
    }

    private func error(_ size: [Int] = [4, 4]) -> ImageFolderError? {
        #expect(throws: ImageFolderError.self) { _ = try ImageFolder(folder.url, size: size) }
    }

    @Test func classesAndPicturesAreSorted() throws {
        for path in ["b/2.jpg", "b/10.JPG", "b/x/1.png", "Z/1.jpeg", "a/1.jpg", "ä/1.jpg"] {
            try folder.put(path.hasSuffix("png") ? "png_2_8.png" : Self.small, path)
        }
        try folder.put([1], "b/notes.txt")
        try folder.put([1], "b/.hidden.jpg")
        try folder.put([1], "readme.md")
        let photos = try ImageFolder(folder.url, size: [6, 5])
        #expect(photos.classNames == ["Z", "a", "b", "ä"])
        let root = folder.url.path + "/"
        #expect(
            photos.files.map { $0.path.replacingOccurrences(of: root, with: "") } == [
                "Z/1.jpeg", "a/1.jpg", "b/10.JPG", "b/2.jpg", "b/x/1.png", "ä/1.jpg",
            ])
        #expect(photos.labels == [0, 1, 2, 2, 2, 3])
        #expect(photos.ignored.map(\.lastPathComponent) == ["notes.txt", "readme.md"])
        #expect(photos.train.targets[0].ints == photos.labels)
        #expect(photos.validation == nil && photos.validationFiles.isEmpty)
    }

    @Test func samplesAreTheResizedPictures() throws {
        try fill(["cats": 3, "dogs": 2])
        try folder.put("png_2_8.png", "dogs/1.png")
        let photos = try ImageFolder(folder.url, size: [6, 5], resampling: .bicubic, threads: 2)
        #expect(photos.train.count == 6)
        let reader = try photos.train.reader(of: 4)
        var seen = 0
        while let batch = try reader.next() {
            #expect(batch.inputs[0].shape == [batch.count, 6, 5, 3] && batch.inputs[0].dtype == .uint8)
            for (row, identity) in batch.identities.enumerated() {
                let expected = try ImageFile.read(photos.files[identity])
                    .resizedImage(height: 6, width: 5, resampling: .bicubic)
                #expect(batch.inputs[0][row] == expected)
                #expect(batch.targets[0].ints[row] == photos.labels[identity])
                seen += 1
            }
        }
        #expect(seen == 6)
    }

    @Test func aModelTrainsOnAFolder() throws {
        try fill(["cats": 3])
        for number in 0..<3 { try folder.put("png_2_8.png", "dogs/\(number).png") }
        let photos = try ImageFolder(folder.url, size: [8, 8])
        let model = Sequential(seed: 1) {
            Rescaling(1.0 / 255, inputShape: [8, 8, 3])
            Flatten()
            Dense(2, activation: .softmax)
        }
        try model.compile(
            optimizer: .adam(learningRate: 0.05), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let (train, validation) = try photos.split(validation: 0.34, seed: 1)
        let history = try model.fit(
            train, batchSize: 2, epochs: 8, validation: validation, verbosity: .silent)
        #expect(history["accuracy"].last == 1)
    }

    @Test func theSplitIsStratifiedAndSeeded() throws {
        try fill(["a": 10, "b": 25, "c": 2, "d": 1])
        let photos = try ImageFolder(folder.url, size: [4, 4])
        let (train, validation) = try photos.split(validation: 0.2, seed: 7)
        #expect(Set(train.identities + validation.identities) == Set(0..<38))
        #expect(train.count + validation.count == 38)
        let counts = (0..<4).map { label in validation.targets[0].ints.filter { $0 == label }.count }
        #expect(counts == [2, 5, 1, 0])
        #expect(try photos.split(validation: 0.2, seed: 7).validation.identities == validation.identities)
        #expect(try photos.split(validation: 0.2, seed: 8).validation.identities != validation.identities)
        for share in [0, 1, -0.1, .nan] {
            #expect(throws: ImageFolderError.self) { _ = try photos.split(validation: share, seed: 7) }
        }
    }

    @Test func foldersOfTrainingAndValidationAreFound() throws {
        try fill(["a": 2, "b": 3], in: "train/")
        try fill(["b": 2], in: "val/")
        let photos = try ImageFolder(folder.url, size: [4, 4])
        #expect(photos.train.count == 5)
        #expect(photos.validation?.targets[0].ints == [1, 1])
        #expect(photos.validationFiles.map(\.lastPathComponent) == ["10.jpg", "11.jpg"])
        #expect(photos.validationFiles.allSatisfy { $0.path.contains("/val/b/") })
        #expect(throws: ImageFolderError.self) { _ = try photos.split(validation: 0.2, seed: 7) }
        try fill(["other": 1], in: "val/")
        guard case .unknownClass(_, "other", ["a", "b"]) = error() else {
            Issue.record("the class 'other' was not refused")
            return
        }
    }

    @Test func brokenPicturesAreFatalOrSkipped() throws {
        try fill(["a": 2, "b": 2])
        try folder.put(Array(try Fixtures.bytes(Self.small).dropLast(20)), "a/99.jpg")
        try folder.put(Array("GIF89a".utf8), "b/0.gif")
        let fatal = try ImageFolder(folder.url, size: [4, 4])
        #expect(fatal.files.count == 6 && fatal.broken.isEmpty)
        let thrown = #expect(throws: FormatError.self) {
            let reader = try fatal.train.reader(of: 6)
            while try reader.next() != nil {}
        }
        #expect(thrown?.file.hasSuffix("a/99.jpg") == true || thrown?.file.hasSuffix("b/0.gif") == true)

        let skipping = try ImageFolder(folder.url, size: [4, 4], brokenPictures: .skip)
        #expect(skipping.broken.map(\.url.lastPathComponent) == ["99.jpg", "0.gif"])
        #expect(skipping.broken.map(\.error.kind) == [.truncated, .unsupported])
        #expect(skipping.files.count == 4 && skipping.labels == [0, 0, 1, 1])
        #expect(try skipping.train.reader(of: 4).next()?.count == 4)
    }

    @Test func aClassOfBrokenPicturesIsAnError() throws {
        try fill(["a": 2])
        try folder.put([1, 2, 3], "b/1.jpg")
        let error = #expect(throws: ImageFolderError.self) {
            _ = try ImageFolder(folder.url, size: [4, 4], brokenPictures: .skip)
        }
        guard case .allBroken(_, "b", let first) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(first.contains("b/1.jpg"))
    }

    @Test func foldersThatCannotBeTrainedOnAreRefused() throws {
        guard case .noImages = error() else {
            Issue.record("an empty folder was taken")
            return
        }
        try folder.put(Self.small, "loose.jpg")
        #expect(error()?.description.contains("one for each class") == true)
        try fill(["a": 2])
        #expect(error() == .oneClass(folder: folder.url.path, name: "a"))
        try folder.put([1], "b/list.txt")
        #expect(error() == .emptyClass(folder: folder.url.path, name: "b", otherFiles: ["list.txt"]))
        for size in [[4], [0, 4], [4, 70_000], [4, 4, 3]] { #expect(error(size) == .invalidSize(size)) }
        #expect(throws: ImageFolderError.self) {
            _ = try ImageFolder(folder.url.appending(path: "nowhere"), size: [4, 4])
        }
    }
}
