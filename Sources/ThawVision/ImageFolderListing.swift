import Foundation
import ThawTensor

/// The pictures of a folder, by class, before any is opened.
struct ImageFolderListing: Sendable {
    /// The names of classes, sorted.
    let classNames: [String]
    /// The pictures of each class, sorted.
    let images: [[URL]]
    /// Files that are no pictures by their names.
    let ignored: [URL]

    /// Endings of pictures. Those that cannot be decoded count as broken, rather than go missing unnoticed.
    private static let endings: Set<String> = [
        "jpg", "jpeg", "png", "gif", "bmp", "webp", "tif", "tiff", "heic", "avif",
    ]

    /// Lists `folder`, whose subfolders are classes.
    ///
    /// - Parameter known: the classes that labels stand for; nil where this folder defines them.
    /// - Throws: ``ImageFolderError``.
    init(_ folder: URL, known: [String]? = nil) throws(ImageFolderError) {
        var found: [(name: String, images: [URL], others: [URL])] = []
        var ignored: [URL] = []
        for entry in try Self.entries(of: folder) {
            guard Self.isFolder(entry) else {
                ignored.append(entry)
                continue
            }
            var (images, others): ([URL], [URL]) = ([], [])
            try Self.collect(entry, &images, &others)
            found.append((entry.lastPathComponent, images, others))
            ignored += others
        }
        if found.allSatisfy(\.images.isEmpty) {
            let hasLoose = ignored.contains { Self.isImage($0) }
            throw .noImages(
                folder: folder.path,
                hint: hasLoose
                    ? "Pictures lie in the folder itself: put them into folders, one for each class."
                    : "Check the path.")
        }
        if let empty = found.first(where: \.images.isEmpty) {
            throw .emptyClass(
                folder: folder.path, name: empty.name, otherFiles: empty.others.map(\.lastPathComponent))
        }
        if let known {
            if let other = found.first(where: { !known.contains($0.name) }) {
                throw .unknownClass(folder: folder.path, name: other.name, known: known)
            }
            classNames = known
            images = known.map { name in found.first { $0.name == name }?.images ?? [] }
        } else {
            if found.count == 1 { throw .oneClass(folder: folder.path, name: found[0].name) }
            classNames = found.map(\.name)
            images = found.map(\.images)
        }
        self.ignored = ignored
    }

    /// The pictures under a folder: those of each folder sorted, folders in the order of their paths.
    private static func collect(
        _ folder: URL, _ images: inout [URL], _ others: inout [URL]
    ) throws(ImageFolderError) {
        var folders: [URL] = []
        for entry in try entries(of: folder) {
            if isFolder(entry) {
                // A link to a folder may lead back up.
                let isLink = (try? FileManager.default.destinationOfSymbolicLink(atPath: entry.path)) != nil
                if !isLink { folders.append(entry) }
            } else if isImage(entry) {
                images.append(entry)
            } else {
                others.append(entry)
            }
        }
        for entry in folders { try collect(entry, &images, &others) }
    }

    /// What lies in a folder, without hidden files, in the order of the names' code points.
    private static func entries(of folder: URL) throws(ImageFolderError) -> [URL] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: folder.path)
                .filter { !$0.hasPrefix(".") }
                .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
                .map { folder.appending(path: $0) }
        } catch {
            throw .unreadable(folder: folder.path, reason: error.localizedDescription)
        }
    }

    static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func isImage(_ url: URL) -> Bool { endings.contains(url.pathExtension.lowercased()) }
}
