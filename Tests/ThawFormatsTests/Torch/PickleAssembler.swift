@testable import ThawFormats

/// Pickles written by hand, in the machine's own operations.
enum Pickle {
    static let start: [UInt8] = [0x80, 2]
    static let stop: [UInt8] = Array(".".utf8)

    static func text(_ text: String) -> [UInt8] {
        Array("X".utf8) + little(UInt32(text.utf8.count)) + Array(text.utf8)
    }

    static func global(_ module: String, _ name: String) -> [UInt8] { Array("c\(module)\n\(name)\n".utf8) }

    static func integer(_ value: Int) -> [UInt8] { [0x8A, 8] + little(Int64(value)) }

    static func tuple(_ items: [[UInt8]]) -> [UInt8] { Array("(".utf8) + items.joined() + Array("t".utf8) }

    static func dictionary(_ items: [([UInt8], [UInt8])]) -> [UInt8] {
        Array("}(".utf8) + items.flatMap { $0.0 + $0.1 } + Array("u".utf8)
    }

    static func call(_ function: [UInt8], _ arguments: [[UInt8]]) -> [UInt8] {
        function + tuple(arguments) + Array("R".utf8)
    }

    static func storage(_ key: String, _ type: String = "FloatStorage", count: Int) -> [UInt8] {
        tuple([text("storage"), global("torch", type), text(key), text("cpu"), integer(count)])
            + Array("Q".utf8)
    }

    static func tensor(_ storage: [UInt8], offset: Int = 0, shape: [Int], strides: [Int]) -> [UInt8] {
        let hooks = call(global("collections", "OrderedDict"), [])
        return call(
            global("torch._utils", "_rebuild_tensor_v2"),
            [storage, integer(offset), tuple(shape.map(integer)), tuple(strides.map(integer)), [0x89], hooks])
    }

    /// A file of `torch.save` with a pickle and storages of your choice.
    static func archive(
        _ value: [UInt8], storages: [String: [UInt8]] = [:], more: [ZipArchive.Item] = []
    ) throws -> [UInt8] {
        let items =
            [ZipArchive.Item("a/data.pkl", contents: start + value + stop)]
            + storages.sorted { $0.key < $1.key }.map {
                ZipArchive.Item("a/data/\($0.key)", contents: $0.value)
            }
        return try ZipArchive.bytes(of: items + more)
    }
}
