import Foundation
import Thaw
import ThawFormats
import ThawTensor

/// The pictures under one folder of classes, with their labels.
struct LabelledImages: Sendable {
    let classNames: [String]
    let files: [URL]
    let labels: [Int]
    let broken: [ImageFolder.BrokenPicture]
    let ignored: [URL]

    init(
        _ folder: URL, known: [String]?, _ policy: ImageFolder.BrokenPictures, _ reader: ImageReader
    ) throws(ImageFolderError) {
        let listing = try ImageFolderListing(folder, known: known)
        let all = listing.images.enumerated().flatMap { label, urls in urls.map { (url: $0, label: label) } }
        let failures = policy == .skip ? reader.failures(of: all.map(\.url)) : [:]
        for (label, urls) in listing.images.enumerated() where !urls.isEmpty {
            let errors = urls.compactMap { failures[$0] }
            if errors.count == urls.count {
                throw .allBroken(
                    folder: folder.path, name: listing.classNames[label], first: errors[0].description)
            }
        }
        let whole = all.filter { failures[$0.url] == nil }
        classNames = listing.classNames
        files = whole.map(\.url)
        labels = whole.map(\.label)
        broken = all.compactMap { item in
            failures[item.url].map { ImageFolder.BrokenPicture(url: item.url, error: $0) }
        }
        ignored = listing.ignored
    }

    /// Samples that are read from the files.
    func dataset(_ reader: ImageReader) throws -> Dataset {
        let places = Tensor(shape: [files.count], scalars: files.indices.map { Int64($0) })
        let targets = Tensor(shape: [files.count], scalars: labels.map { Int32($0) })
        let files = files
        return try Dataset(places, targets)
            .map { place, label in (try reader.read(files[place.ints[0]]), label) }
            .prefetch(2 * reader.threads, threads: reader.threads)
    }
}

/// Reads pictures in one size.
struct ImageReader: Sendable {
    let height: Int
    let width: Int
    let resampling: Resampling
    let pixelLimit: Int
    let threads: Int

    /// As many threads as the engine takes: while these decode, it waits.
    static var defaultThreads: Int {
        let asked = ProcessInfo.processInfo.environment["THAW_THREADS"].flatMap { Int($0) }
        return asked.map { min(max($0, 1), 1024) } ?? ProcessInfo.processInfo.activeProcessorCount
    }

    func read(_ url: URL) throws(FormatError) -> Tensor {
        try ImageFile.read(url, pixelLimit: pixelLimit)
            .resizedImage(height: height, width: width, resampling: resampling)
    }

    /// The files that cannot be read, and why. Reads all of them, on several threads.
    func failures(of files: [URL]) -> [URL: FormatError] {
        let results = FailureList()
        let (threads, limit) = (threads, pixelLimit)
        DispatchQueue.concurrentPerform(iterations: threads) { thread in
            for index in stride(from: thread, to: files.count, by: threads) {
                do throws(FormatError) {
                    _ = try ImageFile.read(files[index], pixelLimit: limit)
                } catch {
                    results.add(files[index], error)
                }
            }
        }
        return results.errors
    }
}

/// What several threads found; guarded by its lock.
private final class FailureList: @unchecked Sendable {
    private let lock = NSLock()
    private var found: [URL: FormatError] = [:]

    var errors: [URL: FormatError] { lock.withLock { found } }

    func add(_ url: URL, _ error: FormatError) { lock.withLock { found[url] = error } }
}
