public import Foundation
import ThawFormats
import ThawTensor

/// CIFAR-10 (Krizhevsky 2009): 50,000 training and 10,000 test photographs, 32 x 32 in colour, in ten
/// classes.
///
/// ```swift
/// let (train, test) = try CIFAR10.load()
/// ```
public enum CIFAR10 {
    /// What the labels 0 to 9 stand for.
    public static let classNames = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    /// The training and the test set: images `float32 [n, 32, 32, 3]` from 0 to 1, labels `int32 [n]` from 0
    /// to 9.
    ///
    /// The files of the binary version (`data_batch_1.bin` to `data_batch_5.bin`, `test_batch.bin`) are
    /// looked for in `$THAW_DATA` (the folder itself, or `cifar-10-batches-bin` or `cifar10` in it), in
    /// `/usr/share/datasets`, and in the user's cache, there also as `cifar-10-binary.tar.gz`. If they are in
    /// none of these, they are downloaded from the publisher into the cache.
    ///
    /// - Parameters:
    ///   - folder: the only place to look, if given; nothing is downloaded then.
    ///   - scaled: `false` leaves the pixels as `uint8` from 0 to 255.
    /// - Throws: `FormatError` for a damaged file, ``DatasetError`` when the files cannot be had.
    public static func load(
        from folder: URL? = nil, scaled: Bool = true
    ) throws -> (train: Dataset, test: Dataset) {
        try load(from: folder, scaled: scaled, locations: .current, source: .publisher)
    }

    static let folderNames = ["cifar-10-batches-bin", "cifar10"]
    static let trainNames = (1...5).map { "data_batch_\($0).bin" }
    static let testName = "test_batch.bin"

    static func load(
        from folder: URL?, scaled: Bool, locations: DataLocations, source: CIFAR10Archive?
    ) throws -> (train: Dataset, test: Dataset) {
        let files = try files(from: folder, locations: locations, source: source)
        return (
            train: try read(Array(files.dropLast()), scaled: scaled),
            test: try read(Array(files.suffix(1)), scaled: scaled)
        )
    }

    private static func files(
        from folder: URL?, locations: DataLocations, source: CIFAR10Archive?
    ) throws -> [URL] {
        let names = (trainNames + [testName]).map { [$0] }
        let folders = locations.candidates(explicit: folder, names: folderNames)
        if let files = locations.find(names, in: folders) { return files }
        let looked = "the files are in none of \(folders.map(\.path).joined(separator: ", "))"
        let place = locations.cache.appendingPathComponent(folderNames[0])
        guard folder == nil, let source else { throw unavailable(looked, put: folder ?? place) }
        do {
            try source.unpack(into: place, keptIn: locations.cache)
            return names.map { place.appendingPathComponent($0[0]) }
        } catch {
            throw unavailable("\(looked), and \(error)", put: place)
        }
    }

    private static func unavailable(_ reason: String, put folder: URL) -> DatasetError {
        .unavailable(
            dataset: "CIFAR-10", reason: reason,
            remedy: "Unpack https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz and put "
                + "\((trainNames + [testName]).joined(separator: ", ")) into \(folder.path), "
                + "or into a folder that $THAW_DATA names.")
    }

    private static func read(_ files: [URL], scaled: Bool) throws -> Dataset {
        var images: [Tensor] = []
        var labels: [Tensor] = []
        for file in files {
            let (image, label) = try CIFARBinaryFile.read(file)
            images.append(image)
            labels.append(label)
        }
        let y = Tensor.concatenate(labels, axis: 0)
        guard scaled else { return try Dataset(Tensor.concatenate(images, axis: 0), y) }
        let x = Tensor(shape: [y.count, 32, 32, 3], dtype: .float32) { buffer in
            let output = buffer.bindMemory(to: Float.self)
            var start = 0
            for image in images {
                let end = start + image.count
                PixelScaling.unit(image, into: UnsafeMutableBufferPointer(rebasing: output[start..<end]))
                start = end
            }
        }
        return try Dataset(x, y)
    }
}
