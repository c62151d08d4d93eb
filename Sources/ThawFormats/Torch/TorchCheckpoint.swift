public import Foundation
public import ThawTensor

/// A file that `torch.save` wrote, read without executing anything.
///
/// Such a file holds a pickle, a program for a small machine that may call any Python function. Thaw's own machine knows
/// tensors, parameters, containers, numbers and texts, and no function at all. Objects of other classes beside the tensors, the
/// settings of a program in an `argparse.Namespace`, are left shut and listed in ``leftOut``. A file that holds nothing but such an
/// object, a whole `torch.nn.Module`, is refused, and so is one that names what only an attack does:
///
/// ```
/// model.pth: the pickle would execute os.system, which is refused: expected tensors, ...
/// ```
///
/// Both formats are read: the zip archive that PyTorch writes since 1.6, and the older stream of pickles. Tensors of
/// `float16`, `bfloat16`, `float32`, `float64`, `uint8`, `int32`, `int64` and `bool` keep their type; `int8`, `int16` and
/// `uint16` become `int32`, `uint32` and `uint64` (up to 2^63 - 1) `int64`; tensors of other types (complex, quantized, 8-bit
/// floating point) and sparse ones are left out. Strided, transposed and shared tensors become
/// row-major ones of their own.
public struct TorchCheckpoint: Sendable {
    /// How a file is laid out.
    public enum Format: Sendable, Equatable {
        /// A zip archive.
        case zip
        /// Pickles one after the other, then the storages.
        case legacy
    }

    /// How the file is laid out.
    public let format: Format

    /// All that the file holds.
    public let root: TorchValue

    /// The keys that lead from ``root`` to the state dictionary, such as `["state_dict"]`; empty where the file is one.
    public let path: [String]

    /// The tensors of the state dictionary in the file's order, called as there (`module.` in front is kept). Tensors in
    /// dictionaries and lists inside it have the keys and indices on the way joined by full stops. A file that is one tensor calls it
    /// `tensor`.
    public let tensors: [(name: String, tensor: Tensor)]

    /// The dictionaries with tensors that lie beside the state dictionary, in the file's order, with the number of their tensors: an
    /// optimizer's state, averages of weights. Where the file itself is taken, because no key of ``stateDictionaryKeys`` is in it, those
    /// that it consists of.
    public let others: [(path: [String], count: Int)]

    /// What of the file was not read, in its order: objects of classes that only a program of Python has, tensors of types that Thaw
    /// lacks, whole numbers of more than 64 bits. The name has the keys and indices that lead there.
    public let leftOut: [(name: String, object: String)]

    private let file: String

    /// Under which keys training programs put the state dictionary.
    public static let stateDictionaryKeys = ["state_dict", "model_state_dict", "model"]

    /// Reads the file at `url`.
    ///
    /// - Parameters:
    ///   - url: the file.
    ///   - limit: the largest size of the file that is accepted, in bytes.
    /// - Throws: ``FormatError`` when the file cannot be read, is no file of `torch.save`, is damaged, names what only an attack
    ///   does, or holds objects and no tensor. Shapes, strides and offsets are checked against
    ///   the storages before memory is allocated for them.
    public static func read(
        _ url: URL, limit: Int = FileBytes.defaultLimit
    ) throws(FormatError) -> TorchCheckpoint {
        try read(try FileBytes.read(path: url.path, limit: limit), file: url.path)
    }

    /// Reads the bytes of a file.
    ///
    /// - Parameters:
    ///   - bytes: the data.
    ///   - file: what errors call it.
    /// - Throws: as for a file.
    public static func read(_ bytes: [UInt8], file: String = "data") throws(FormatError) -> TorchCheckpoint {
        if bytes.starts(with: [0x50, 0x4B]) {
            return try TorchCheckpoint(.zip, try TorchArchive.read(bytes, file: file), file: file)
        }
        guard bytes.first == 0x80 else {
            throw FormatError(
                .malformed, file: file, what: "this is not a file of torch.save",
                expected: "a zip archive, or a pickle", remedy: "Check that this is a PyTorch checkpoint")
        }
        return try TorchCheckpoint(.legacy, try TorchLegacyFile.read(bytes, file: file), file: file)
    }

    /// The same file with the tensors of another of its dictionaries.
    ///
    /// - Parameter path: the keys that lead to it, for example `["ema"]`.
    /// - Throws: ``FormatError`` if there is no dictionary with tensors.
    public func dictionary(at path: [String]) throws(FormatError) -> TorchCheckpoint {
        try TorchCheckpoint(format, root, path: path, file: file)
    }

    private init(_ format: Format, _ root: TorchValue, file: String) throws(FormatError) {
        var state = root
        var path: [String] = []
        while let key = Self.stateDictionaryKeys.first(where: { state[$0]?.holdsTensors == true }),
            let inner = state[key]
        {
            path.append(key)
            state = inner
        }
        try self.init(format, root, path: path, file: file)
    }

    private init(
        _ format: Format, _ root: TorchValue, path: [String], file: String
    ) throws(FormatError) {
        self.format = format
        self.root = root
        self.path = path
        self.file = file
        var state = root
        var others: [(path: [String], count: Int)] = []
        for (depth, key) in path.enumerated() {
            others += state.dictionaries.filter { $0.key != key }.map {
                (path[..<depth] + [$0.key], $0.count)
            }
            guard let inner = state[key], inner.tensorCount > 0 else {
                throw FormatError(
                    .unsupported, file: file,
                    what:
                        "there is no dictionary \"\(path.joined(separator: ".").prefix(200))\" with tensors",
                    expected: state.dictionaries.map { "\"\($0.key.prefix(80))\"" }.joined(separator: ", "))
            }
            state = inner
        }
        self.others = path.isEmpty ? state.dictionaries.map { ([$0.key], $0.count) } : others
        tensors = state.namedTensors
        leftOut = root.namedObjects
        if tensors.isEmpty, let (_, object) = leftOut.first {
            throw FormatError(
                .unsupported, file: file,
                what: "it holds \(object), which only the program that saved it can make, and no tensor",
                expected: "tensors, numbers, texts and containers",
                remedy: "Save only the state_dict: torch.save(model.state_dict(), path)")
        }
        var names: Set<String> = []
        for (name, _) in tensors where !names.insert(name).inserted {
            throw FormatError(
                .malformed, file: file, what: "two tensors are called \"\(name.prefix(200))\"",
                remedy: "Give them names of their own")
        }
    }
}

extension TorchValue {
    /// The dictionaries in this one that have tensors somewhere in them, by texts, with how many these are.
    fileprivate var dictionaries: [(key: String, count: Int)] {
        guard case .dictionary(let entries) = self else { return [] }
        return entries.compactMap { entry in
            guard case .string(let key) = entry.key, case .dictionary = entry.value else { return nil }
            let count = entry.value.tensorCount
            return count > 0 ? (key, count) : nil
        }
    }

    /// How many tensors `namedTensors` has.
    fileprivate var tensorCount: Int {
        switch self {
        case .tensor: 1
        case .list(let items): items.reduce(0) { $0 + $1.tensorCount }
        case .dictionary: namedTensors.count
        default: 0
        }
    }

    /// Whether this is a dictionary with a tensor somewhere in it.
    fileprivate var holdsTensors: Bool {
        guard case .dictionary(let entries) = self else { return false }
        return entries.contains { entry in
            switch entry.value {
            case .tensor: true
            case .dictionary: entry.value.holdsTensors
            default: false
            }
        }
    }
}
