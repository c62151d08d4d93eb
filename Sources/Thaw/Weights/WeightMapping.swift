/// How the names and layouts in a file of weights become those of Thaw.
///
/// ```swift
/// try model.loadWeights(from: url, mapping: .renaming(["backbone": "base"]))
/// try model.loadWeights(from: checkpoint, mapping: .torch(renaming: ["linear": "head"]))
/// ```
///
/// A renaming is of the first parts of names, whole parts only: `"linear": "head"` makes `head.weight` of `linear.weight` and
/// leaves `linear2.weight`. Of several that fit the longest counts. The empty name stands before all: `"": "base"` puts
/// `base` in front, and `"base": ""` takes it off. Full stops and slashes mean the same.
public struct WeightMapping: Sendable {
    /// Whose names and layouts a file has.
    enum Convention {
        /// PyTorch's, if the file says that it comes from there; otherwise Thaw's.
        case automatic
        case torch
    }

    let convention: Convention
    /// The new name; nil for an entry that is left out.
    let rename: @Sendable (String) -> String?
    /// The name in a file for one here; nil where there is no way back.
    let reverse: (@Sendable (String) -> String)?
    /// What normalization layers are to be set to.
    var normalization = NormalizationSettings()

    /// Names as they are. PyTorch's names and layouts are mapped where the file comes from there: a file of `torch.save`, or a safetensors
    /// file whose metadata says `pt`.
    public static let automatic = WeightMapping(
        convention: .automatic, rename: { $0 }, reverse: { $0 })

    /// Other names.
    ///
    /// - Parameter names: the first parts of names in the file, and what stands for them in the model.
    public static func renaming(_ names: [String: String]) -> WeightMapping {
        WeightMapping(
            convention: .automatic, rename: { renamed($0, names) },
            reverse: { renamed($0, reversed(names)) })
    }

    /// Other names, by a function. Weights cannot be saved with it.
    ///
    /// - Parameter rename: gives the name in the model for one in the file, or nil to leave the entry out.
    public static func renaming(_ rename: @escaping @Sendable (String) -> String?) -> WeightMapping {
        WeightMapping(convention: .automatic, rename: rename, reverse: nil)
    }

    /// PyTorch's names and layouts.
    ///
    /// | in PyTorch | here |
    /// |---|---|
    /// | `conv.weight` `[out, in / groups, h, w]` | `conv/kernel` `[h, w, in / groups, out]` |
    /// | the same of a depthwise one, `[in * m, 1, h, w]` | `kernel` of a `DepthwiseConv2D`, `[h, w, in, m]` |
    /// | the same of a transposed one, `[in, out, h, w]` | `kernel` of a `Conv2DTranspose`, `[h, w, out, in]` |
    /// | `depthwise.weight` and `pointwise.weight` | the kernels of a `SeparableConv2D` |
    /// | `linear.weight` `[out, in]` | `kernel` of a `Dense`, `[in, out]` |
    /// | `bn.weight`, `bn.bias`, also of layer and group norms | `gamma`, `beta` |
    /// | `bn.running_mean`, `bn.running_var` | `moving_mean`, `moving_variance` |
    /// | `bn.num_batches_tracked` | nothing |
    /// | `prelu.weight` | `alpha` |
    ///
    /// `module.` and `_orig_mod.` in front of names, and one or two first parts that the model lacks, as `model.`, are taken
    /// off. The rows of a `Dense` behind a `Flatten` of an image are brought into our order, since PyTorch flattens channels first.
    ///
    /// A checkpoint does not hold a normalization's epsilon, which is 1e-5 in PyTorch unless its program says otherwise and 1e-3
    /// here. Without `epsilon` the layers keep theirs, and the report says where it is not 1e-5. PyTorch's momentum
    /// is the share of the new statistics and ours that of the old: its default of 0.1 is 0.9 here.
    ///
    /// - Parameters:
    ///   - names: the first parts of names in the file, and what stands for them in the model.
    ///   - epsilon: what the epsilon of the normalization layers that are loaded is set to; nil keeps theirs.
    ///   - momentum: the same for the momentum of `BatchNormalization`, in Thaw's meaning.
    public static func torch(
        renaming names: [String: String] = [:], epsilon: Double? = nil, momentum: Double? = nil
    ) -> WeightMapping {
        WeightMapping(
            convention: .torch, rename: { renamed($0, names) },
            reverse: { renamed($0, reversed(names)) },
            normalization: NormalizationSettings(epsilon: epsilon, momentum: momentum))
    }

    /// PyTorch's names and layouts, with names changed by a function; see ``torch(renaming:epsilon:momentum:)``. Weights
    /// cannot be saved with it.
    ///
    /// - Parameters:
    ///   - epsilon: what the epsilon of the normalization layers that are loaded is set to; nil keeps theirs.
    ///   - momentum: the same for the momentum of `BatchNormalization`, in Thaw's meaning.
    ///   - rename: gives the name with the names of the model's layers, `layer1.0.conv1.weight`, for one in the file, or nil to leave the
    ///     entry out.
    public static func torch(
        epsilon: Double? = nil, momentum: Double? = nil,
        renaming rename: @escaping @Sendable (String) -> String?
    ) -> WeightMapping {
        WeightMapping(
            convention: .torch, rename: rename, reverse: nil,
            normalization: NormalizationSettings(epsilon: epsilon, momentum: momentum))
    }

    /// A name whose parts are separated by slashes.
    static func canonical(_ name: String) -> String { name.replacing(".", with: "/") }

    private static func renamed(_ name: String, _ names: [String: String]) -> String {
        guard !names.isEmpty else { return name }
        let own = canonical(name)
        let fitting = names.keys.filter {
            let prefix = canonical($0)
            return prefix.isEmpty || own == prefix || own.hasPrefix(prefix + "/")
        }
        guard let key = fitting.max(by: { ($0.count, $1) < ($1.count, $0) }), let new = names[key] else {
            return name
        }
        let rest = own.dropFirst(canonical(key).count).drop { $0 == "/" }
        return [new, String(rest)].filter { !$0.isEmpty }.joined(separator: "/")
    }

    private static func reversed(_ names: [String: String]) -> [String: String] {
        Dictionary(names.map { ($1, $0) }) { min($0, $1) }
    }
}
