public import Foundation
public import Thaw
public import ThawFormats
import ThawTensor

/// A folder of pictures, one subfolder for each class, as data to train on.
///
/// ```swift
/// let photos = try ImageFolder(url, size: [224, 224])  // cats/1.jpg ... dogs/1.jpg ...
/// let (train, validation) = try photos.split(validation: 0.2, seed: 1)
/// try model.fit(train, epochs: 5, validation: validation)
/// ```
///
/// Classes are sorted by name and counted from 0, and so are the pictures of each class, as Keras's
/// `image_dataset_from_directory` and torchvision's `ImageFolder` do. Hidden files are passed over. Where the folder has the
/// subfolders `train` and `val` (or `validation`), these hold the classes.
///
/// Pictures are decoded and resized when a batch is read, on threads of their own ahead of the training, and not kept.
///
/// ## Shapes
/// A sample is `uint8 [height, width, 3]`, 0 to 255, and an `int32 []` label.
public struct ImageFolder: Sendable {
    /// What becomes of a picture that cannot be read.
    public enum BrokenPictures: Sendable, Hashable {
        /// Reading it throws, and names it.
        case fatal
        /// All pictures are read once beforehand, and those that cannot be are left out and listed in
        /// ``ImageFolder/broken``. This costs as much as an epoch without training.
        case skip
    }

    /// A picture that cannot be read, and why.
    public struct BrokenPicture: Sendable, Equatable {
        /// The file.
        public let url: URL
        /// What is wrong with it.
        public let error: FormatError
    }

    /// The folder.
    public let url: URL
    /// The names of the classes; a label is a place in this list.
    public let classNames: [String]
    /// The pictures of the training data, or of all where there is no validation data of its own, and the identities of their
    /// samples are the places in this list.
    public let files: [URL]
    /// The labels of ``files``.
    public let labels: [Int]
    /// The pictures of ``validation``, in the order of its samples; empty where there is no validation data of its own.
    public let validationFiles: [URL]
    /// The pictures that were left out, in the order of the list; empty unless they are to be skipped.
    public let broken: [BrokenPicture]
    /// Files that are no pictures by their names, and were left out.
    public let ignored: [URL]
    /// All pictures, or those in `train`.
    public let train: Dataset
    /// The pictures in `val`, where there is such a folder.
    public let validation: Dataset?

    /// The folder at `url`.
    ///
    /// - Parameters:
    ///   - url: the folder of the classes, or of `train` and `val`.
    ///   - size: `[height, width]` of the samples; pictures are stretched to it.
    ///   - resampling: how.
    ///   - brokenPictures: what becomes of pictures that cannot be read.
    ///   - pixelLimit: the most pixels of a picture that are accepted.
    ///   - threads: how many threads decode; by default as many as `THAW_THREADS` says, or as there are cores.
    /// - Throws: ``ImageFolderError`` without pictures, with one class or with an empty class.
    public init(
        _ url: URL, size: [Int], resampling: Resampling = .bilinear, brokenPictures: BrokenPictures = .fatal,
        pixelLimit: Int = ImageFile.defaultPixelLimit, threads: Int? = nil
    ) throws {
        guard size.count == 2, size.allSatisfy({ (1...65535).contains($0) }) else {
            throw ImageFolderError.invalidSize(size)
        }
        guard ImageFolderListing.isFolder(url) else {
            throw ImageFolderError.unreadable(folder: url.path, reason: "there is no such folder")
        }
        let reader = ImageReader(
            height: size[0], width: size[1], resampling: resampling, pixelLimit: pixelLimit,
            threads: max(1, threads ?? ImageReader.defaultThreads))
        let own = ["val", "validation"].map { url.appending(path: $0) }
            .first(where: ImageFolderListing.isFolder)
        let training = url.appending(path: "train")
        self.url = url
        if let own, ImageFolderListing.isFolder(training) {
            let first = try LabelledImages(training, known: nil, brokenPictures, reader)
            let second = try LabelledImages(own, known: first.classNames, brokenPictures, reader)
            (train, validation) = (try first.dataset(reader), try second.dataset(reader))
            (classNames, files, labels) = (first.classNames, first.files, first.labels)
            validationFiles = second.files
            (broken, ignored) = (first.broken + second.broken, first.ignored + second.ignored)
        } else {
            let all = try LabelledImages(url, known: nil, brokenPictures, reader)
            (train, validation, validationFiles) = (try all.dataset(reader), nil, [])
            (classNames, files, labels, broken, ignored) =
                (all.classNames, all.files, all.labels, all.broken, all.ignored)
        }
    }

    /// Two data sets that have all pictures between them and the same share of each class.
    ///
    /// The same seed picks the same pictures each time. Of each class with at least two pictures at least one goes to each
    /// side; both keep the order of ``files``, and identities.
    ///
    /// - Parameters:
    ///   - share: how much of each class goes to the validation data, more than 0 and less than 1, rounded.
    ///   - seed: which pictures.
    /// - Throws: ``ImageFolderError/invalidSplit(folder:what:)`` for another share, or where the folder has validation data.
    public func split(validation share: Double, seed: UInt64) throws -> (train: Dataset, validation: Dataset)
    {
        guard validation == nil else {
            throw ImageFolderError.invalidSplit(
                folder: url.path, what: "it has validation pictures of its own; use train and validation")
        }
        guard share > 0 && share < 1 else {
            throw ImageFolderError.invalidSplit(
                folder: url.path, what: "the share of validation is \(share); it must lie between 0 and 1")
        }
        var isValidation = [Bool](repeating: false, count: files.count)
        for label in classNames.indices {
            let members = labels.indices.filter { labels[$0] == label }
            guard members.count > 1 else { continue }
            let number = min(max(Int((Double(members.count) * share).rounded()), 1), members.count - 1)
            var stream = RandomStream(seed: seed).derived("split").derived(classNames[label])
            for place in stream.permutation(members.count).prefix(number) {
                isValidation[members[place]] = true
            }
        }
        return (
            try train.subset(files.indices.filter { !isValidation[$0] }),
            try train.subset(files.indices.filter { isValidation[$0] })
        )
    }
}
