import COneDNN
import ThawGraph

/// A value in another layout than the plain one.
struct LayoutCopy {
    let storage: Storage
    let layout: thaw_layout
    /// How the value lies where it is plain.
    let plain: thaw_layout
    let phase: Phase
    /// Keeps alive the primitive that chose the layout.
    var owner: Primitive?
}

/// Values live in plain row-major storages; some primitives are faster with other layouts. Copies are made where a
/// primitive asks for them and kept for the next one that does; a result in another layout is brought into the plain
/// one only if something reads it there.
extension Lowering {
    /// The storage that a primitive reads for an argument: the plain one, or a copy in the layout that it chose.
    func storage(
        for value: Graph.Value, as argument: Primitive.Argument, of primitive: Primitive, plain: thaw_layout,
        phase: Phase
    ) throws -> Storage {
        if primitive.matches(argument, plain) { return try storage(for: value) }
        let root = analysis.root(value)
        let known = copies[root, default: []].first {
            // A square kernel and its transpose are one value, and oneDNN may choose equal layouts for both.
            $0.phase <= phase && $0.plain.isSame(as: plain) && primitive.matches(argument, $0.layout)
        }
        if let known { return known.storage }
        let source = try storage(for: value)
        let copy = addCopy(
            of: root, in: .chosen(by: primitive, for: argument), bytes: primitive.bytes(argument),
            plain: plain,
            phase: phase, owner: primitive)
        try addReorder("pack", from: plain, source, to: copy.layout, copy.storage, phase: phase)
        return copy.storage
    }

    /// Where a primitive writes `value` as its argument, in the layout it chose.
    func storage(
        forResult value: Graph.Value, as argument: Primitive.Argument, of primitive: Primitive,
        plain: thaw_layout,
        phase: Phase
    ) throws -> Storage {
        if primitive.matches(argument, plain) { return try storage(for: value) }
        return addCopy(
            of: analysis.root(value), in: .chosen(by: primitive, for: argument),
            bytes: primitive.bytes(argument), plain: plain, phase: phase, owner: primitive
        ).storage
    }

    /// Declares that `value` will be there in another layout.
    func addCopy(
        of value: Graph.Value, in layout: thaw_layout, bytes: Int, plain: thaw_layout, phase: Phase,
        owner: Primitive? = nil
    ) -> LayoutCopy {
        let copy = LayoutCopy(
            storage: makeStorage(bytes: bytes, phase: phase), layout: layout, plain: plain, phase: phase,
            owner: owner)
        copies[value, default: []].append(copy)
        return copy
    }

    /// Adds the step that brings a value into its plain storage.
    func addUnpacking(_ copy: LayoutCopy, to storage: Storage) throws {
        try addReorder("unpack", from: copy.layout, copy.storage, to: copy.plain, storage, phase: copy.phase)
    }

    private func addReorder(
        _ name: String, from: thaw_layout, _ source: Storage, to: thaw_layout, _ target: Storage, phase: Phase
    ) throws {
        let threads = threads.forElements(max(source.bytes, target.bytes) / 4, work: 2)
        guard let reorder = Primitive.reorder(from: from, to: to, threads: threads) else {
            throw EngineError.library("oneDNN cannot bring a tensor from one layout to another.")
        }
        add(
            PlannedStep(
                name, reorder, phase: phase, reads: [(.source, source)], writes: [(.destination, target)]))
    }
}
