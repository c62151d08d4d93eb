public import Foundation
import ThawFormats
import ThawTensor

/// Fashion-MNIST (Xiao, Rasul and Vollgraf 2017): 60,000 training and 10,000 test images of clothes, 28 x 28
/// in grey, in ten classes.
///
/// ```swift
/// let (train, test) = try FashionMNIST.load()
/// ```
public enum FashionMNIST {
    /// What the labels 0 to 9 stand for.
    public static let classNames = [
        "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag",
        "Ankle boot",
    ]

    /// The training and the test set: images `float32 [n, 28, 28]` from 0 to 1, labels `int32 [n]` from 0 to
    /// 9.
    ///
    /// The four files, compressed or not, are looked for in `$THAW_DATA` (the folder itself, or
    /// `fashion-mnist` in it), in `/usr/share/datasets/fashion-mnist` (Debian's package
    /// dataset-fashion-mnist), and in the user's cache. If they are in none of these, they are downloaded
    /// from the publisher into the cache and verified.
    ///
    /// - Parameters:
    ///   - folder: the only place to look, if given; nothing is downloaded then. Any folder in MNIST's format
    ///     will do.
    ///   - scaled: `false` leaves the pixels as `uint8` from 0 to 255.
    /// - Throws: `FormatError` for a damaged file, ``DatasetError`` for files that contradict each other or
    ///   cannot be had.
    public static func load(
        from folder: URL? = nil, scaled: Bool = true
    ) throws -> (train: Dataset, test: Dataset) {
        try load(from: folder, scaled: scaled, locations: .current, publisher: publisher)
    }

    static let publisher = URL(string: "http://fashion-mnist.s3-website.eu-central-1.amazonaws.com")

    static let folderNames = ["fashion-mnist"]

    /// Name, size and SHA-256 of the published files, whose MD5 digests are those in the publisher's README.
    static let published: [(name: String, size: Int, digest: String)] = [
        (
            "train-images-idx3-ubyte.gz", 26_421_880,
            "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"
        ),
        (
            "train-labels-idx1-ubyte.gz", 29_515,
            "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"
        ),
        (
            "t10k-images-idx3-ubyte.gz", 4_422_102,
            "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"
        ),
        (
            "t10k-labels-idx1-ubyte.gz", 5_148,
            "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"
        ),
    ]

    static func load(
        from folder: URL?, scaled: Bool, locations: DataLocations, publisher: URL?
    ) throws -> (train: Dataset, test: Dataset) {
        let files = try files(from: folder, locations: locations, publisher: publisher)
        return (
            train: try read(images: files[0], labels: files[1], scaled: scaled),
            test: try read(images: files[2], labels: files[3], scaled: scaled)
        )
    }

    /// The four files, downloaded if need be.
    private static func files(
        from folder: URL?, locations: DataLocations, publisher: URL?
    ) throws -> [URL] {
        let names = published.map { [$0.name, String($0.name.dropLast(3))] }
        let folders = locations.candidates(explicit: folder, names: folderNames)
        if let files = locations.find(names, in: folders) { return files }
        let cache = locations.cache.appendingPathComponent(folderNames[0])
        guard folder == nil, let publisher else {
            throw unavailable("the files are in none of \(paths(folders))", put: folder ?? cache)
        }
        do {
            return try published.map { name, size, digest in
                let file = RemoteFile(url: publisher.appendingPathComponent(name), size: size, digest: digest)
                let place = cache.appendingPathComponent(name)
                // Part of the files may have come in an earlier, interrupted run.
                if !FileManager.default.fileExists(atPath: place.path) { try file.download(to: cache) }
                return place
            }
        } catch {
            throw unavailable("the files are in none of \(paths(folders)), and \(error)", put: cache)
        }
    }

    private static func unavailable(_ reason: String, put folder: URL) -> DatasetError {
        let names = published.map(\.name).joined(separator: ", ")
        let source = publisher.map { " from \($0.absoluteString)/" } ?? ""
        return .unavailable(
            dataset: "Fashion-MNIST", reason: reason,
            remedy: "Put \(names)\(source) into \(folder.path), or into a folder that $THAW_DATA names; "
                + "on Debian and Ubuntu, `apt install dataset-fashion-mnist` does it.")
    }

    private static func paths(_ folders: [URL]) -> String {
        folders.map(\.path).joined(separator: ", ")
    }

    private static func read(images: URL, labels: URL, scaled: Bool) throws -> Dataset {
        // The largest set of this family, EMNIST, has 550 MB of pixels.
        let pixels = try IDXFile.read(images, limit: 1 << 30)
        let classes = try IDXFile.read(labels, limit: 1 << 30)
        guard pixels.dtype == .uint8, pixels.rank == 3, Array(pixels.shape.dropFirst()) == [28, 28] else {
            throw inconsistent(
                "\(images.path) holds \(pixels.dtype) \(pixels.shape), expected uint8 [n, 28, 28]")
        }
        guard classes.dtype == .uint8, classes.shape == [pixels.shape[0]] else {
            throw inconsistent(
                "\(labels.path) holds \(classes.dtype) \(classes.shape), expected uint8 [\(pixels.shape[0])]")
        }
        let y = classes.cast(to: .int32)
        guard y.ints.allSatisfy({ $0 <= 9 }) else {
            throw inconsistent("\(labels.path) has labels above 9")
        }
        return try Dataset(scaled ? PixelScaling.unit(pixels) : pixels, y)
    }

    private static func inconsistent(_ what: String) -> DatasetError {
        .inconsistentFiles(dataset: "Fashion-MNIST", what: what)
    }
}
