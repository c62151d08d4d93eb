/// The format of `torch.save` before PyTorch 1.6: pickles of a magic number, a version, facts about the machine, the value and
/// the names of the storages; then each storage as a count of 64 bits and its elements.
enum TorchLegacyFile {
    /// 0x1950a86a20f9469cfc6c.
    private static let magic: [UInt8] = [0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19]
    private static let version = 1001

    /// The value that the file holds.
    static func read(_ bytes: [UInt8], file: String) throws(FormatError) -> TorchValue {
        var position = 0
        guard case .largeInteger(magic) = try pickle(bytes, &position, file).value else {
            throw FormatError(
                .malformed, file: file, what: "this is a pickle, but not one of torch.save",
                expected: "the number 0x1950a86a20f9469cfc6c at its start",
                remedy: "Check that this is a PyTorch checkpoint")
        }
        guard case .integer(version) = try pickle(bytes, &position, file).value else {
            throw FormatError(
                .unsupported, file: file, what: "this version of the format is not known",
                expected: "\(version)")
        }
        let isBigEndian = try isBigEndian(try pickle(bytes, &position, file))
        let (reader, root) = try pickle(bytes, &position, file)
        let places = try places(try pickle(bytes, &position, file), reader, start: position)
        let storages = TorchStorages(
            file: file, isBigEndian: isBigEndian, budget: TorchStorages.budget(fileSize: bytes.count))
        let tensors = try storages.tensors(reader) { key throws(FormatError) in
            guard let place = places[key] else {
                throw reader.malformed("the storage \"\(key.prefix(80))\" is not in the file")
            }
            return bytes[place]
        }
        var tree = TorchTree(reader, tensors: tensors)
        return try tree.value(root)
    }

    private static func pickle(
        _ bytes: [UInt8], _ position: inout Int, _ file: String
    ) throws(FormatError) -> (reader: PickleReader, value: PickleValue) {
        var reader = PickleReader(bytes, start: position, file: file)
        let value = try reader.read()
        position = reader.position
        return (reader, value)
    }

    private static func isBigEndian(
        _ facts: (reader: PickleReader, value: PickleValue)
    ) throws(FormatError) -> Bool {
        guard case .dictionary(let index) = facts.value else {
            throw facts.reader.malformed("the facts about the machine are no dictionary")
        }
        let items = facts.reader.containers[index]
        for place in stride(from: 0, to: items.count - 1, by: 2) {
            if case .string("little_endian") = items[place], case .bool(let isLittle) = items[place + 1] {
                return !isLittle
            }
        }
        return false
    }

    /// Where the bytes of each storage lie.
    private static func places(
        _ keys: (reader: PickleReader, value: PickleValue), _ reader: PickleReader, start: Int
    ) throws(FormatError) -> [String: Range<Int>] {
        guard case .list(let index) = keys.value else {
            throw reader.malformed("the names of the storages are no list")
        }
        var known: [String: TorchStorage] = [:]
        for storage in reader.storages where known[storage.key] == nil { known[storage.key] = storage }
        var result: [String: Range<Int>] = [:]
        var position = start
        for item in keys.reader.containers[index] {
            guard case .string(let key) = item, let storage = known[key] else {
                throw reader.malformed("a storage is used by no tensor")
            }
            guard result[key] == nil else {
                throw reader.malformed("the storage \"\(key.prefix(80))\" occurs twice")
            }
            guard reader.bytes.count - position >= 8 else { throw truncated(reader, key) }
            let count = reader.bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            position += 8
            guard count == UInt64(storage.count) else {
                throw reader.malformed(
                    "the storage \"\(key.prefix(80))\" has \(count) elements, its tensors say \(storage.count)"
                )
            }
            let (size, overflow) = storage.count.multipliedReportingOverflow(by: storage.width)
            guard !overflow, size <= reader.bytes.count - position else { throw truncated(reader, key) }
            result[key] = position..<position + size
            position += size
        }
        guard position == reader.bytes.count else {
            throw reader.malformed("the file goes on after the last storage")
        }
        return result
    }

    private static func truncated(_ reader: PickleReader, _ key: String) -> FormatError {
        FormatError(
            .truncated, file: reader.file,
            what: "the file ends too early, in the storage \"\(key.prefix(80))\"",
            got: "\(reader.bytes.count) bytes", remedy: "Get the file again")
    }
}
