/// The zip format of `torch.save`: `NAME/data.pkl`, `NAME/data/0` and so on, `NAME/byteorder`, `NAME/version`.
enum TorchArchive {
    /// The largest pickle that is looked at, in bytes.
    static let largestPickle = 1 << 28
    /// The newest version of the archive that is known.
    static let newestVersion = 10

    /// The value that the archive holds.
    static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> TorchValue {
        let archive = try ZipArchive(bytes, file: file)
        let ending = "/data.pkl"
        guard let pickle = archive.entries.first(where: { $0.name.hasSuffix(ending) })?.name else {
            throw FormatError(
                .malformed, file: file, what: "the archive is not one of torch.save",
                expected: "an entry NAME/data.pkl",
                got: archive.entries.prefix(4).map { "\"\($0.name.prefix(80))\"" }.joined(separator: ", "))
        }
        let folder = pickle.dropLast(ending.count) + "/"
        guard archive.entry(named: folder + "constants.pkl") == nil else {
            throw FormatError(
                .unsupported, file: file, what: "this is a TorchScript program",
                expected: "tensors", remedy: "Save its weights: torch.save(module.state_dict(), path)")
        }
        try checkVersion(archive, String(folder))
        var reader = PickleReader(try archive.read(pickle, limit: largestPickle), file: file)
        let root = try reader.read()
        let storages = TorchStorages(
            file: file, isBigEndian: try isBigEndian(archive, String(folder)),
            budget: TorchStorages.budget(fileSize: bytes.count))
        let tensors = try storages.tensors(reader) { key throws(FormatError) in
            try archive.read("\(folder)data/\(key)", limit: storages.budget)[...]
        }
        var tree = TorchTree(reader, tensors: tensors)
        return try tree.value(root)
    }

    private static func checkVersion(_ archive: ZipArchive, _ folder: String) throws(FormatError) {
        for name in ["version", ".data/version"] where archive.entry(named: folder + name) != nil {
            let text = try line(archive, folder + name)
            guard let version = Int(text), (1...newestVersion).contains(version) else {
                throw FormatError(
                    .unsupported, file: archive.file, what: "this version of the format is not known",
                    expected: "1 to \(newestVersion)", got: "\"\(text)\"")
            }
        }
    }

    private static func isBigEndian(_ archive: ZipArchive, _ folder: String) throws(FormatError) -> Bool {
        guard archive.entry(named: folder + "byteorder") != nil else { return false }
        let text = try line(archive, folder + "byteorder")
        guard text == "little" || text == "big" else {
            throw FormatError(
                .malformed, file: archive.file, what: "the byte order is unknown",
                expected: "little or big", got: "\"\(text)\"")
        }
        return text == "big"
    }

    private static func line(_ archive: ZipArchive, _ name: String) throws(FormatError) -> String {
        let bytes = try archive.read(name, limit: 64)
        return String(decoding: bytes.filter { $0 > 0x20 }, as: UTF8.self)
    }
}
