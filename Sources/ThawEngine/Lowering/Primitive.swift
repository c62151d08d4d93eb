import CKernels
import COneDNN

/// Owns one oneDNN primitive.
final class Primitive {
    let handle: OpaquePointer

    init?(_ handle: OpaquePointer?) {
        guard let handle else { return nil }
        self.handle = handle
    }

    deinit { thaw_primitive_destroy(handle) }

    /// The bytes of an argument in the layout that oneDNN chose; 0 if there is none.
    func bytes(_ argument: Argument) -> Int { thaw_primitive_bytes(handle, argument.code) }

    /// Whether oneDNN chose exactly this layout for an argument.
    func matches(_ argument: Argument, _ layout: thaw_layout) -> Bool {
        withUnsafePointer(to: layout) { thaw_primitive_matches(handle, argument.code, $0) != 0 }
    }

    func bind(_ argument: Argument, _ data: UnsafeMutableRawPointer) {
        thaw_primitive_bind(handle, argument.code, data)
    }

    /// A copy from one layout to another.
    static func reorder(from: thaw_layout, to: thaw_layout, threads: Int32) -> Primitive? {
        withUnsafePointer(to: from) { from in
            withUnsafePointer(to: to) { Primitive(thaw_reorder_create(from, $0, threads)) }
        }
    }

    var implementation: String { String(cString: thaw_primitive_implementation(handle)) }

    enum Argument {
        case source, weights, bias, destination, workspace, scratchpad
        case postOperand(Int)

        var code: Int32 {
            switch self {
            case .source: Int32(THAW_ARGUMENT_SOURCE)
            case .weights: Int32(THAW_ARGUMENT_WEIGHTS)
            case .bias: Int32(THAW_ARGUMENT_BIAS)
            case .destination: Int32(THAW_ARGUMENT_DESTINATION)
            case .workspace: Int32(THAW_ARGUMENT_WORKSPACE)
            case .scratchpad: Int32(THAW_ARGUMENT_SCRATCHPAD)
            case .postOperand(let index): Int32(THAW_ARGUMENT_POST_OPERAND) + Int32(index)
            }
        }
    }
}

/// Strides in elements of a dense row-major tensor.
func rowMajorStrides(_ shape: [Int]) -> [Int] {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in stride(from: shape.count - 2, through: 0, by: -1) {
        strides[axis] = strides[axis + 1] * shape[axis + 1]
    }
    return strides
}

extension thaw_layout {
    /// A tensor of these sizes and strides, in oneDNN's order of axes.
    init(sizes: [Int], strides: [Int]) {
        self.init()
        rank = Int32(sizes.count)
        withUnsafeMutableBytes(of: &self.sizes) { bytes in
            for (index, size) in sizes.enumerated() { bytes.bindMemory(to: Int64.self)[index] = Int64(size) }
        }
        withUnsafeMutableBytes(of: &self.strides) { bytes in
            for (index, stride) in strides.enumerated() {
                bytes.bindMemory(to: Int64.self)[index] = Int64(stride)
            }
        }
    }

    /// Whether both have these sizes and strides, neither being oneDNN's choice.
    func isSame(as other: thaw_layout) -> Bool {
        rank == other.rank && any == 0 && other.any == 0 && like == nil && other.like == nil
            && sizes == other.sizes && strides == other.strides
    }

    /// The same sizes in whatever layout oneDNN finds fastest.
    var freely: thaw_layout {
        var copy = self
        copy.any = 1
        return copy
    }

    /// The sizes and the layout that a primitive, which must outlive this, chose for an argument.
    static func chosen(by primitive: Primitive, for argument: Primitive.Argument) -> thaw_layout {
        var layout = thaw_layout(sizes: [0], strides: [0])
        layout.like = primitive.handle
        layout.like_argument = Int64(argument.code)
        return layout
    }

    /// Images stored channels last, in oneDNN's order n, c, h, w.
    static func images(_ shape: [Int]) -> thaw_layout {
        let (n, h, w, c) = (shape[0], shape[1], shape[2], shape[3])
        return thaw_layout(sizes: [n, c, h, w], strides: [h * w * c, 1, w * c, c])
    }

    /// A kernel stored `[height, width, in / groups, out]`, in oneDNN's order (g), o, i, h, w.
    static func kernel(_ shape: [Int], groups: Int) -> thaw_layout {
        let (h, w, i, o) = (shape[0], shape[1], shape[2], shape[3])
        if groups == 1 { return thaw_layout(sizes: [o, i, h, w], strides: [1, o, w * i * o, i * o]) }
        return thaw_layout(
            sizes: [groups, o / groups, i, h, w], strides: [o / groups, 1, o, w * i * o, i * o])
    }
}

extension PlannedStep {
    /// A step that runs a primitive on storages, each from an offset in bytes.
    convenience init(
        _ name: String, _ primitive: Primitive, phase: Phase, reads: [(Primitive.Argument, Storage)],
        writes: [(Primitive.Argument, Storage)], offsets: [(Primitive.Argument, Int)] = [],
        divisible: (any DivisibleWork)? = nil
    ) {
        self.init(
            "\(name) \(primitive.implementation)", phase: phase, reads: reads.map(\.1),
            writes: writes.map(\.1),
            scratchBytes: primitive.bytes(.scratchpad), divisible: divisible
        ) { binder in
            for (argument, storage) in reads + writes {
                let offset = offsets.first { $0.0.code == argument.code }?.1 ?? 0
                primitive.bind(argument, binder.address(storage) + offset)
            }
            primitive.bind(.scratchpad, binder.scratch)
            binder.retain(primitive)
            return thaw_step(run: thaw_primitive_run, context: UnsafeMutableRawPointer(primitive.handle))
        }
    }
}
