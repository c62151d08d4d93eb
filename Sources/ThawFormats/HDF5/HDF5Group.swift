/// A group of an HDF5 file: names for groups and datasets.
public struct HDF5Group {
    /// The path from the root, without a slash at its start; empty for the root.
    public let path: String
    let object: HDF5Object
    private let catalog: HDF5Catalog

    init(_ object: HDF5Object, _ catalog: HDF5Catalog, path: String) {
        self.object = object
        self.catalog = catalog
        self.path = path
    }

    /// The names in the group, in the order in which h5py gives them: sorted by their bytes, or in the order
    /// of their creation where the file keeps that.
    ///
    /// - Throws: ``FormatError`` when the group is damaged.
    public var names: [String] {
        get throws(FormatError) { try object.links().map(\.name) }
    }

    /// The attributes of the group.
    ///
    /// - Throws: ``FormatError`` when they are damaged.
    public var attributes: HDF5Attributes {
        get throws(FormatError) { try HDF5Attributes(object) }
    }

    /// What a path below the group names, `"dense/kernel:0"`; `nil` when there is no such thing.
    ///
    /// - Throws: ``FormatError`` when the file is damaged there, when the path goes through a dataset, or
    ///   through a link to a name or another file, which is not followed.
    public subscript(path: String) -> HDF5Node? {
        get throws(FormatError) {
            var node = HDF5Node.group(self)
            for name in path.split(separator: "/") where name != "." {
                guard case .group(let group) = node else {
                    throw object.source.unsupported(
                        "the path \(hdf5Quoted(path)) goes through a dataset", expected: "a group",
                        got: node.path)
                }
                guard let link = try group.object.link(named: String(name)) else { return nil }
                node = try group.node(link)
            }
            return node
        }
    }

    /// The group at a path below this one.
    ///
    /// - Throws: ``FormatError`` when there is none, and as ``subscript(_:)`` does.
    public func group(_ path: String) throws(FormatError) -> HDF5Group {
        guard case .group(let group) = try existing(path) else {
            throw object.source.unsupported(
                "\(hdf5Quoted(joined(path))) in this HDF5 file is no group", got: "a dataset")
        }
        return group
    }

    /// The dataset at a path below this group.
    ///
    /// - Throws: ``FormatError`` when there is none, and as ``subscript(_:)`` does.
    public func dataset(_ path: String) throws(FormatError) -> HDF5Dataset {
        guard case .dataset(let dataset) = try existing(path) else {
            throw object.source.unsupported(
                "\(hdf5Quoted(joined(path))) in this HDF5 file is no dataset", got: "a group")
        }
        return dataset
    }

    /// All datasets in this group and in the groups below it, in the order of ``names``.
    ///
    /// An object that has several names is given once, under the first; so a group that contains itself ends.
    ///
    /// - Throws: ``FormatError`` when something there is damaged or a link is not followed.
    public func datasets() throws(FormatError) -> [HDF5Dataset] {
        var result: [HDF5Dataset] = []
        var open = [HDF5Node.group(self)]
        var seen: Set<Int> = []
        while let node = open.popLast() {
            guard seen.insert(node.object.address).inserted else { continue }
            switch node {
            case .dataset(let dataset): result.append(dataset)
            case .group(let group):
                for link in try group.object.links().reversed() {
                    // Looked at here already, so that a list of many names of one object stays short.
                    if case .object(let address) = link.target, seen.contains(address) { continue }
                    open.append(try group.node(link))
                }
            }
        }
        return result
    }

    private func existing(_ path: String) throws(FormatError) -> HDF5Node {
        guard let node = try self[path] else {
            throw FormatError(
                .malformed, file: object.source.file,
                what: "there is no \(hdf5Quoted(joined(path))) in this HDF5 file",
                expected: "one of " + (try names.prefix(12).map(hdf5Quoted).joined(separator: ", ")),
                remedy: "Check the name")
        }
        return node
    }

    private func joined(_ name: String) -> String { path.isEmpty ? name : "\(path)/\(name)" }

    private func node(_ link: HDF5Link) throws(FormatError) -> HDF5Node {
        let source = object.source
        let path = joined(link.name)
        // Groups may contain themselves.
        guard path.utf8.count <= 1 << 14 else { throw source.malformed("its paths are too long") }
        switch link.target {
        case .object(let address):
            let object = try catalog.object(at: address)
            // Many objects below long names would take far more memory than the file.
            let claim = HDF5Source.Claim(object: address, place: -2)
            try source.claim(path.utf8.count, claim, of: "the path of an object")
            if object.isDataset { return .dataset(try HDF5Dataset(object, path: path)) }
            if object.isGroup { return .group(HDF5Group(object, catalog, path: path)) }
            throw source.unsupported(
                "\(hdf5Quoted(path)) in this HDF5 file is neither a group nor a dataset")
        case .soft(let target):
            throw source.unsupported(
                "\(hdf5Quoted(path)) in this HDF5 file is a link to the name \(hdf5Quoted(target)), "
                    + "and links to names are not followed")
        case .external:
            throw source.unsupported(
                "\(hdf5Quoted(path)) in this HDF5 file is a link to another file, and these are not followed")
        case .unknown(let type):
            throw source.unsupported(
                "\(hdf5Quoted(path)) in this HDF5 file is a link of an unknown kind", got: "\(type)")
        }
    }
}

/// What a name in an HDF5 file stands for.
public enum HDF5Node {
    /// A group.
    case group(HDF5Group)
    /// A dataset.
    case dataset(HDF5Dataset)

    /// The path from the root, without a slash at its start.
    public var path: String {
        switch self {
        case .group(let group): group.path
        case .dataset(let dataset): dataset.path
        }
    }

    /// The attributes of the group or dataset.
    ///
    /// - Throws: ``FormatError`` when they are damaged.
    public var attributes: HDF5Attributes {
        get throws(FormatError) { try HDF5Attributes(object) }
    }

    var object: HDF5Object {
        switch self {
        case .group(let group): group.object
        case .dataset(let dataset): dataset.object
        }
    }
}
