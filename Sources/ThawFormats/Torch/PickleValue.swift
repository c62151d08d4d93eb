/// A value on the stack of a ``PickleReader``. Containers are numbers of places in its arena, so that no file can build
/// something that is costly to let go, and so that a cycle is no leak.
enum PickleValue {
    case none
    case bool(Bool)
    case integer(Int)
    /// A whole number of more than 64 bits, little-endian in two's complement.
    case largeInteger([UInt8])
    case number(Double)
    case string(String)
    case bytes([UInt8])
    case list(Int)
    case tuple(Int)
    /// Keys and values in turn.
    case dictionary(Int)
    case global(PickleGlobal)
    /// What only Python could make, with what errors call it: it stays shut.
    case object(String)
    case numpyType(String)
    case storage(Int)
    case view(Int)

    /// What errors call it.
    var kind: String {
        switch self {
        case .none: "None"
        case .bool: "a bool"
        case .integer, .largeInteger: "a whole number"
        case .number: "a number"
        case .string: "a text"
        case .bytes: "bytes"
        case .list: "a list"
        case .tuple: "a tuple"
        case .dictionary: "a dictionary"
        case .global: "a name"
        case .object: "an object"
        case .numpyType: "a type of NumPy"
        case .storage: "a storage"
        case .view: "a tensor"
        }
    }
}

/// The few names that a pickle may refer to. None of them is called: what each would give is built here.
enum PickleGlobal {
    case rebuildTensor
    case rebuildTensorOfType
    case rebuildParameter
    case storage(StoredElements)
    /// A storage of elements that Thaw has not, with the bytes that each takes.
    case foreignStorage(String, width: Int)
    case untypedStorage
    /// `torch.float32` and so on; without elements if Thaw has no such type.
    case type(String, StoredElements?)
    case size
    case device
    case dictionary
    case set
    case encode
    case numpyType
    case numpyScalar

    /// The meaning of `module.name`; `nil` for everything else.
    init?(module: String, name: String) {
        switch (module, name) {
        case ("torch._utils", "_rebuild_tensor"), ("torch._utils", "_rebuild_tensor_v2"):
            self = .rebuildTensor
        case ("torch._utils", "_rebuild_tensor_v3"): self = .rebuildTensorOfType
        case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
        case ("torch.storage", "UntypedStorage"), ("torch", "UntypedStorage"): self = .untypedStorage
        case ("torch", "Size"): self = .size
        case ("torch", "device"): self = .device
        case ("torch", _):
            if let elements = Self.storages[name] {
                self = .storage(elements)
            } else if let width = Self.foreignStorages[name] {
                self = .foreignStorage("torch.\(name)", width: width)
            } else if Self.types.contains(name) {
                self = .type(name, Self.elements[name])
            } else {
                return nil
            }
        case ("collections", "OrderedDict"), ("collections", "Counter"), ("collections", "defaultdict"):
            self = .dictionary
        case ("builtins", "set"), ("__builtin__", "set"), ("builtins", "frozenset"),
            ("__builtin__", "frozenset"):
            self = .set
        case ("_codecs", "encode"): self = .encode
        case ("numpy", "dtype"): self = .numpyType
        case ("numpy.core.multiarray", "scalar"), ("numpy._core.multiarray", "scalar"): self = .numpyScalar
        default: return nil
        }
    }

    private static let storages: [String: StoredElements] = [
        "FloatStorage": .float32, "DoubleStorage": .float64, "HalfStorage": .float16,
        "BFloat16Storage": .bfloat16, "LongStorage": .int64, "IntStorage": .int32, "ShortStorage": .int16,
        "CharStorage": .int8, "ByteStorage": .uint8, "BoolStorage": .bool,
    ]

    private static let foreignStorages = [
        "ComplexHalfStorage": 4, "ComplexFloatStorage": 8, "ComplexDoubleStorage": 16, "QInt8Storage": 1,
        "QUInt8Storage": 1, "QInt32Storage": 4, "QUInt4x2Storage": 1, "QUInt2x4Storage": 1,
    ]

    private static let elements: [String: StoredElements] = [
        "float32": .float32, "float64": .float64, "float16": .float16, "bfloat16": .bfloat16,
        "int64": .int64, "int32": .int32, "int16": .int16, "int8": .int8, "uint8": .uint8,
        "uint16": .uint16, "uint32": .uint32, "uint64": .uint64, "bool": .bool,
    ]

    private static let types: Set<String> = Set(elements.keys).union([
        "complex32", "complex64", "complex128", "qint8", "quint8", "qint32", "float8_e4m3fn",
        "float8_e4m3fnuz", "float8_e5m2", "float8_e5m2fnuz",
    ])
}

extension PickleGlobal {
    /// Whether no training program would name this, and only a file that is meant to run something does. Nothing is ever run; this
    /// is for saying what the file is.
    static func isAttack(module: String, name: String) -> Bool {
        attackModules.contains(module)
            || ["builtins", "__builtin__"].contains(module) && attackFunctions.contains(name)
            || ["torch", "torch.serialization"].contains(module) && name == "load"
            || name.contains("os.system")
    }

    private static let attackModules: Set<String> = [
        "os", "posix", "nt", "subprocess", "commands", "sys", "pty", "socket", "ctypes", "runpy", "importlib",
        "shutil", "code", "codeop", "pickle", "_pickle", "webbrowser", "torch.hub",
    ]
    private static let attackFunctions: Set<String> = [
        "eval", "exec", "execfile", "compile", "open", "__import__", "getattr", "setattr", "delattr",
        "globals",
        "input", "breakpoint", "apply",
    ]
}

/// The bytes of one or several tensors, named and not yet read.
struct TorchStorage: Hashable {
    /// The name of its file in the archive, or its key.
    var key: String
    /// `nil` where the tensor says it.
    var elements: StoredElements?
    /// The bytes that each element takes.
    var width = 1
    /// Of elements that Thaw has not, their type.
    var foreignType: String?
    /// In elements, or in bytes where the type is not known.
    var count: Int
    /// Where it begins in the bytes of that name, in elements.
    var offset = 0
}

/// A tensor whose elements are not yet read.
struct TorchView: Hashable {
    var storage: Int
    var elements: StoredElements
    var offset: Int
    var shape: [Int]
    var strides: [Int]
}
