public import Foundation

/// An HDF5 file, opened for reading: what Keras and h5py write, read without libhdf5 and without trust.
///
/// ```swift
/// let file = try HDF5File(url)
/// let names = try file.root.attributes.strings(named: "layer_names") ?? []
/// let kernel = try file.dataset("model_weights/dense/dense/kernel:0").readTensor()
/// ```
///
/// It reads superblocks 0 to 3, object headers 1 and 2, groups and attributes in all their forms, datasets in
/// one piece or in chunks with each kind of index, the filters gzip, shuffle and fletcher32, numbers of
/// either byte order, h5py's booleans, and texts. Links to names and to other files are not followed. What
/// the file claims is compared with its size before memory is taken for it; structures that refer to one
/// another in circles, or to the same bytes again and again, are errors.
///
/// A file is used by one task at a time.
public final class HDF5File {
    /// The size of the file, in bytes.
    public let byteCount: Int
    /// The group that contains everything.
    public let root: HDF5Group

    /// Whether `bytes` are an HDF5 file, as far as their start tells.
    public static func isHDF5(_ bytes: [UInt8]) -> Bool { HDF5Superblock.place(bytes) != nil }

    /// Opens the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file, which is read into memory.
    ///   - limit: the largest size of the file that is accepted, in bytes.
    ///   - contentsLimit: the most bytes that all tensors and texts read from it may take; unless given, 16
    ///     times its size and 16 MiB. Compressed datasets may need more.
    /// - Throws: ``FormatError`` when the file cannot be read or is no HDF5 file.
    public convenience init(
        _ url: URL, limit: Int = FileBytes.defaultLimit, contentsLimit: Int? = nil
    ) throws(FormatError) {
        let bytes = try FileBytes.read(path: url.path, limit: limit)
        try self.init(bytes, file: url.path, contentsLimit: contentsLimit)
    }

    /// Opens the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: what errors call it.
    ///   - contentsLimit: as for a file.
    /// - Throws: ``FormatError`` when they are no HDF5 file.
    public convenience init(
        _ bytes: [UInt8], file: String = "data", contentsLimit: Int? = nil
    ) throws(FormatError) {
        try self.init(bytes, file: file, contentsLimit: contentsLimit, verifiesChecksums: true)
    }

    /// The same with stored checksums compared or not, so that damaged structures reach the parsers in tests.
    package init(
        _ bytes: [UInt8], file: String, contentsLimit: Int?, verifiesChecksums: Bool
    ) throws(FormatError) {
        byteCount = bytes.count
        let source = HDF5Source(
            bytes, file: file, limit: contentsLimit, verifiesChecksums: verifiesChecksums)
        let address = try HDF5Superblock.read(source)
        let catalog = HDF5Catalog(source)
        root = HDF5Group(try catalog.object(at: address), catalog, path: "")
    }

    /// The group at a path, `"model_weights/dense"`.
    ///
    /// - Throws: ``FormatError`` when there is none, the file is damaged there, or a link is not followed.
    public func group(_ path: String) throws(FormatError) -> HDF5Group { try root.group(path) }

    /// The dataset at a path, `"model_weights/dense/dense/kernel:0"`.
    ///
    /// - Throws: ``FormatError`` when there is none, the file is damaged there, or a link is not followed.
    public func dataset(_ path: String) throws(FormatError) -> HDF5Dataset { try root.dataset(path) }
}
