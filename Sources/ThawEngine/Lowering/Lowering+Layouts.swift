import COneDNN
import ThawGraph

/// A value in a layout that a primitive chose for one of its arguments.
struct LayoutCopy {
    let storage: Storage
    let primitive: Primitive
    let argument: Primitive.Argument
    let phase: Phase
    /// How the value lies where it is not in this layout.
    let plain: thaw_layout

    var layout: thaw_layout { .chosen(by: primitive, for: argument) }
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
            $0.phase <= phase && primitive.matches(argument, $0.layout)
        }
        if let known { return known.storage }
        let bytes = primitive.bytes(argument)
        guard
            let reorder = primitive.reorder(
                argument, plain: plain, fromPlain: true, threads: threads.forElements(bytes / 4, work: 2))
        else { throw EngineError.library("oneDNN cannot bring a tensor into the layout it asks for.") }
        let source = try storage(for: value)
        let packed = makeStorage(bytes: bytes, phase: phase)
        add(
            PlannedStep(
                "pack", reorder, phase: phase, reads: [(.source, source)], writes: [(.destination, packed)]))
        copies[root, default: []].append(
            LayoutCopy(storage: packed, primitive: primitive, argument: argument, phase: phase, plain: plain))
        return packed
    }

    /// Where a primitive writes `value` as its argument, in the layout it chose.
    func storage(
        forResult value: Graph.Value, as argument: Primitive.Argument, of primitive: Primitive,
        plain: thaw_layout,
        phase: Phase
    ) throws -> Storage {
        if primitive.matches(argument, plain) { return try storage(for: value) }
        let packed = makeStorage(bytes: primitive.bytes(argument), phase: phase)
        copies[analysis.root(value), default: []].append(
            LayoutCopy(storage: packed, primitive: primitive, argument: argument, phase: phase, plain: plain))
        return packed
    }

    /// Adds the step that brings a value into its plain storage.
    func addUnpacking(_ copy: LayoutCopy, to storage: Storage) throws {
        guard
            let reorder = copy.primitive.reorder(
                copy.argument, plain: copy.plain, fromPlain: false,
                threads: threads.forElements(copy.storage.bytes / 4, work: 2))
        else { throw EngineError.library("oneDNN cannot bring a result out of the layout it chose.") }
        add(
            PlannedStep(
                "unpack", reorder, phase: copy.phase, reads: [(.source, copy.storage)],
                writes: [(.destination, storage)]))
    }
}
