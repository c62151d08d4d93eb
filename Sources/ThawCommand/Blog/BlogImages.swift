import Foundation
import Thaw
import ThawFormats
import ThawVision

/// The first cats and dogs of CIFAR-10 as images of a pretrained network.
struct BlogImages {
    /// The images to train on.
    let train: Dataset
    /// Others, of the test set where there is one.
    let unseen: Dataset

    private static let (cat, dog) = (3, 5)
    /// How many others are looked at.
    private static let unseenPerClass = 100

    /// - Parameters:
    ///   - paths: a folder of CIFAR-10's binary files, or files; none looks for them.
    ///   - count: how many cats, and how many dogs.
    ///   - size: rows and columns that they are enlarged to.
    init(_ paths: [String], count: Int, size: Int, preprocessing: Thaw.Preprocessing?) throws {
        let (first, second) = try Self.read(paths)
        train = try Self.dataset(first, from: 0, count: count, size: size, preprocessing)
        // Without a test set the next ones of the training set are unseen too.
        unseen = try Self.dataset(
            second ?? first, from: second == nil ? count : 0, count: Self.unseenPerClass, size: size,
            preprocessing)
    }

    private static func read(_ paths: [String]) throws -> (train: Dataset, test: Dataset?) {
        var isFolder: ObjCBool = false
        if paths.count <= 1 {
            let folder = paths.first.map { URL(fileURLWithPath: $0, isDirectory: true) }
            let exists =
                folder.map { FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder) } ?? true
            if folder == nil || exists && isFolder.boolValue {
                let (train, test) = try CIFAR10.load(from: folder, scaled: false)
                return (train, test)
            }
        }
        let parts = try paths.map { try CIFARBinaryFile.read(URL(fileURLWithPath: $0)) }
        let train = try Dataset(
            .concatenate(parts.map(\.images)), .concatenate(parts.map { $0.labels.cast(to: .int32) }))
        return (train, nil)
    }

    private static func dataset(
        _ data: Dataset, from start: Int, count: Int, size: Int, _ preprocessing: Thaw.Preprocessing?
    ) throws -> Dataset {
        let labels = data.targets[0].ints
        let places = [cat, dog].map { label in
            Array(labels.indices.filter { labels[$0] == label }.dropFirst(start).prefix(count))
        }
        guard places.allSatisfy({ !$0.isEmpty }), start > 0 || places.allSatisfy({ $0.count == count }) else {
            throw ToolError(
                "there are only \(places[0].count) cats and \(places[1].count) dogs where \(count) of each are wanted; give more "
                    + "of CIFAR-10 with --data, or fewer --images.")
        }
        // Cats and dogs in turn: batches of one kind would have statistics of their own.
        let chosen = (0..<count).flatMap { number in
            places.compactMap { $0.indices.contains(number) ? $0[number] : nil }
        }
        let pictures = data.inputs[0]
        let images = try chosen.map { place in
            let picture = pictures[place].resizedImage(height: size, width: size)
            guard let preprocessing else { return picture.cast(to: .float32) }
            return try preprocessing(picture)
        }
        let targets = chosen.map { Int32(labels[$0] == dog ? 1 : 0) }
        return try Dataset(.stack(images, axis: 0), Tensor(targets))
    }

    /// How many there are.
    var summary: String { "\(train.count) images to train on, \(unseen.count) others" }
}
