import Foundation
import ThawFormats

/// The formats in which parameters lie in files.
public enum WeightFileFormat: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    /// Tensors by name: `.safetensors`.
    case safetensors
    /// NumPy's arrays by name: `.npz`.
    case npz
    /// Keras 3's weights, by the classes of layers: `.weights.h5`.
    case kerasVariables
    /// Keras 3's archive of a whole model: `.keras`.
    case kerasArchive
    /// Keras 2's weights, by the names of layers, alone or in a whole model: `.h5`, `.hdf5`.
    case kerasLayers
    /// What PyTorch's `torch.save` writes: `.pt`, `.pth`, `.th`, `.bin`.
    case torch

    /// The format in words.
    public var description: String {
        switch self {
        case .safetensors: "safetensors"
        case .npz: "NumPy's npz"
        case .kerasVariables: "Keras 3's .weights.h5"
        case .kerasArchive: "Keras 3's .keras"
        case .kerasLayers: "Keras 2's .h5"
        case .torch: "a PyTorch checkpoint"
        }
    }

    /// The endings of files that weights are read from.
    static let readableEndings = [
        "safetensors", "npz", "h5", "hdf5", "keras", "pt", "pth", "th", "bin",
    ]

    /// The format that `bytes` are in, whatever the file is called; nil for HDF5, whose layout only a look into it tells.
    ///
    /// - Throws: `FormatError` if they are in none.
    static func ofContents(_ bytes: [UInt8], file: String) throws -> WeightFileFormat? {
        if HDF5File.isHDF5(bytes) { return nil }
        if bytes.starts(with: [0x50, 0x4B]) {
            let names = try ZipArchive(bytes, file: file).entries.map(\.name)
            if names.contains(KerasArchive.weights) { return .kerasArchive }
            if names.contains(where: { $0.hasSuffix("/data.pkl") }) { return .torch }
            if !names.isEmpty, names.allSatisfy({ $0.hasSuffix(".npy") }) { return .npz }
            throw FormatError(
                .unsupported, file: file, what: "this zip archive holds no weights",
                expected: "a .npz file, a .keras file or a PyTorch checkpoint",
                got: names.prefix(4).map { "\"\($0.prefix(80))\"" }.joined(separator: ", "))
        }
        if bytes.first == 0x80, bytes.count > 1, bytes[1] <= 5 { return .torch }
        // A file of this format may be cut anywhere, and its reader says where.
        if bytes.count > 8, bytes[8] == UInt8(ascii: "{") || file.hasSuffix(".safetensors") {
            return .safetensors
        }
        throw FormatError(
            .malformed, file: file, what: "its contents are in no format of weights",
            expected: "safetensors, npz, HDF5 of Keras, a .keras archive or a PyTorch checkpoint",
            remedy: "Check that the file is complete")
    }
}
