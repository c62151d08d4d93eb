public import Foundation
public import ThawTensor

/// Collects groups, datasets and attributes, and writes them as an HDF5 file that Keras and h5py read.
///
/// ```swift
/// var writer = HDF5Writer()
/// try writer.add(kernel, at: "dense/dense/kernel:0")
/// try writer.setAttribute("weight_names", strings: ["dense/kernel:0"], at: "dense")
/// try writer.write(to: url)
/// ```
///
/// libhdf5 makes the file, in memory and in its oldest form, which every version reads. Groups on the way to
/// a dataset need not be made. Paths have no slash at their start; the empty path is the root.
public struct HDF5Writer {
    enum Entry {
        case group
        case dataset(Tensor)
    }

    enum Value {
        case string(String)
        case strings([String])
        case tensor(Tensor)
    }

    struct Attribute {
        var path: String
        var name: String
        var value: Value
    }

    /// The most bytes that one attribute takes; as in Keras. libhdf5 allows a little more.
    public static let largestAttribute = 64512

    private(set) var entries: [(path: String, entry: Entry)] = []
    private(set) var attributes: [Attribute] = []
    private var isGroup: [String: Bool] = ["": true]
    private var attributeNames: Set<[String]> = []

    /// An empty file.
    public init() {}

    /// Makes a group, and those on the way to it. A group that is there already is left as it is.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` for a path that is not possible, or through or of a
    ///   dataset.
    public mutating func addGroup(_ path: String) throws(FormatError) {
        try makeGroups(Self.parts(path))
    }

    /// Adds a dataset, and the groups on the way to it.
    ///
    /// `bool` becomes h5py's boolean. `bfloat16`, which HDF5 has no name for, becomes what Keras makes of it: two
    /// opaque bytes, and the
    /// attribute `dtype`.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` for a path that is not possible or is taken, or more
    ///   than 32 axes.
    public mutating func add(_ tensor: Tensor, at path: String) throws(FormatError) {
        let parts = try Self.parts(path)
        guard !parts.isEmpty else { throw Self.unsupported("the root cannot be a dataset") }
        let path = parts.joined(separator: "/")
        guard isGroup[path] == nil else {
            throw Self.unsupported(
                "\(hdf5Quoted(path)) is there already", remedy: "Give each array its own path")
        }
        guard tensor.rank <= HDF5Dataspace.highestRank else {
            throw Self.unsupported("\(hdf5Quoted(path)) has \(tensor.rank) axes", expected: "at most 32")
        }
        try makeGroups(Array(parts.dropLast()))
        isGroup[path] = false
        entries.append((path, .dataset(tensor)))
        if tensor.dtype == .bfloat16 { try setAttribute("dtype", string: "bfloat16", at: path) }
    }

    /// Adds an attribute that is one text, of variable length and without a limit.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` when there is nothing at `path`, the name is taken, or
    ///   a text holds a zero byte.
    public mutating func setAttribute(
        _ name: String, string: String, at path: String = ""
    ) throws(FormatError) {
        try Self.check([string], name)
        try append(name, .string(string), path)
    }

    /// Adds an attribute that is a list of texts, of fixed length as Keras writes names.
    ///
    /// A list of more than ``largestAttribute`` bytes becomes several attributes `name0`, `name1` and so on,
    /// as in Keras;
    /// ``HDF5Attributes/strings(named:)`` puts them together.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` when there is nothing at `path`, the name is taken, a
    ///   text holds a zero byte, or one alone is too long.
    public mutating func setAttribute(
        _ name: String, strings: [String], at path: String = ""
    ) throws(FormatError) {
        try Self.check(strings, name)
        let width = max(1, strings.map(\.utf8.count).max() ?? 1)
        guard width <= Self.largestAttribute else {
            throw Self.unsupported(
                "a text in the attribute \(hdf5Quoted(name)) is too long",
                expected: "at most \(Self.largestAttribute) bytes", got: "\(width)")
        }
        let length = Self.largestAttribute / width
        if strings.count <= length { return try append(name, .strings(strings), path) }
        for (part, start) in stride(from: 0, to: strings.count, by: length).enumerated() {
            let end = min(strings.count, start + length)
            try append("\(name)\(part)", .strings(Array(strings[start..<end])), path)
        }
    }

    /// Adds an attribute of numbers.
    ///
    /// - Throws: ``FormatError`` of kind `unsupported` when there is nothing at `path`, the name is taken,
    ///   the numbers take more than ``largestAttribute`` bytes, or are `bfloat16`.
    public mutating func setAttribute(
        _ name: String, tensor: Tensor, at path: String = ""
    ) throws(FormatError) {
        guard tensor.byteCount <= Self.largestAttribute, tensor.rank <= HDF5Dataspace.highestRank else {
            throw Self.unsupported(
                "the attribute \(hdf5Quoted(name)) is too large",
                expected: "at most \(Self.largestAttribute) bytes and 32 axes",
                got: "shape \(tensor.shape)", remedy: "Make it a dataset")
        }
        guard tensor.dtype != .bfloat16 else {
            throw Self.unsupported("an attribute of an HDF5 file cannot be bfloat16", remedy: "Cast it first")
        }
        try append(name, .tensor(tensor), path)
    }

    /// The file as bytes.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable` when libhdf5 refuses, as when there is no memory.
    public func bytes() throws(FormatError) -> [UInt8] {
        try HDF5Library.image(of: self, file: "data")
    }

    /// Replaces the file at `url`. The old file stays whole until the new one is complete.
    ///
    /// - Throws: ``FormatError`` of kind `unwritable` when the system or libhdf5 refuses.
    public func write(to url: URL) throws(FormatError) {
        let image = try HDF5Library.image(of: self, file: url.path)
        do {
            try AtomicFile.write(image, to: url)
        } catch let error as FormatError {
            throw error
        } catch {
            throw FormatError(.unwritable, file: url.path, what: "the file could not be written (\(error))")
        }
    }

    // MARK: Checks

    private mutating func makeGroups(_ parts: [String]) throws(FormatError) {
        for count in stride(from: 1, through: parts.count, by: 1) {
            let path = parts[..<count].joined(separator: "/")
            switch isGroup[path] {
            case true?: continue
            case false?: throw Self.unsupported("\(hdf5Quoted(path)) is a dataset and cannot hold others")
            case nil:
                isGroup[path] = true
                entries.append((path, .group))
            }
        }
    }

    private mutating func append(_ name: String, _ value: Value, _ path: String) throws(FormatError) {
        let path = try Self.parts(path).joined(separator: "/")
        guard isGroup[path] != nil else {
            throw Self.unsupported(
                "there is nothing at \(hdf5Quoted(path)) to have attributes", remedy: "Add the group first")
        }
        guard !name.isEmpty, !name.utf8.contains(0), name.utf8.count < 1 << 15 else {
            throw Self.unsupported("an attribute cannot be named \(hdf5Quoted(name))")
        }
        guard attributeNames.insert([path, name]).inserted else {
            throw Self.unsupported("\(hdf5Quoted(path)) has the attribute \(hdf5Quoted(name)) already")
        }
        attributes.append(Attribute(path: path, name: name, value: value))
    }

    private static func parts(_ path: String) throws(FormatError) -> [String] {
        if path.isEmpty { return [] }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard !parts.contains(where: { $0.isEmpty || $0 == "." || $0.utf8.contains(0) }) else {
            throw unsupported(
                "\(hdf5Quoted(path)) is not a path in an HDF5 file", expected: "names between single slashes")
        }
        return parts
    }

    private static func check(_ texts: [String], _ name: String) throws(FormatError) {
        guard !texts.contains(where: { $0.utf8.contains(0) }) else {
            throw unsupported("a text in the attribute \(hdf5Quoted(name)) holds a zero byte")
        }
    }

    private static func unsupported(
        _ what: String, expected: String? = nil, got: String? = nil, remedy: String? = nil
    ) -> FormatError {
        FormatError(
            .unsupported, file: "HDF5 file", what: what, expected: expected, got: got, remedy: remedy)
    }
}
