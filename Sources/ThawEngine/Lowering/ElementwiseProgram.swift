import CKernels

/// A finished register program that lacks only addresses.
struct ElementwiseProgram {
    struct Input {
        let storage: Storage
        let spread: Spread
        let type: StoredType
    }
    struct Output {
        let storage: Storage
        let slot: UInt8
        let kind: UInt8
        let type: StoredType
        let factor: Float
    }

    /// Sizes and threads; the pointers are empty.
    let template: thaw_elementwise
    /// The cost of an element, in additions.
    let work: Int
    let inputs: [Input]
    let instructions: [thaw_instruction]
    let outputs: [Output]

    /// The number of elements.
    var count: Int { Int(template.rows * template.columns) }

    /// Whether it can run as two programs over two parts: every output is stored, nothing depends on rows or columns.
    var isDivisible: Bool {
        template.rows == 1 && outputs.allSatisfy { $0.kind == UInt8(THAW_STORE) }
            && inputs.allSatisfy { $0.spread == .full || $0.spread == .scalar }
    }

    /// The bytes of scratch that it needs on so many threads. The kernel says, and wants the whole program but no addresses.
    func scratchBytes(threads: Int32) -> Int {
        let inputs = inputs.map { thaw_input(data: nil, spread: $0.spread.code, type: $0.type.rawValue) }
        let outputs = outputs.map {
            thaw_output(data: nil, slot: $0.slot, kind: $0.kind, type: $0.type.rawValue, factor: $0.factor)
        }
        return inputs.withUnsafeBufferPointer { inputs in
            instructions.withUnsafeBufferPointer { instructions in
                outputs.withUnsafeBufferPointer { outputs in
                    var program = template
                    program.threads = threads
                    program.inputs = inputs.baseAddress
                    program.instructions = instructions.baseAddress
                    program.outputs = outputs.baseAddress
                    return thaw_elementwise_scratch_bytes(&program)
                }
            }
        }
    }

    /// The program with addresses, over all elements or, where it is divisible, over some.
    func filled(_ binder: Binder, scratch: UnsafeMutableRawPointer, part: Range<Int>? = nil)
        -> thaw_elementwise
    {
        let first = part?.lowerBound ?? 0
        var program = template
        if let part { program.columns = Int64(part.count) }
        program.inputs = UnsafePointer(
            binder.keep(
                inputs.map { input in
                    let offset = input.spread == .full ? first * input.type.byteCount : 0
                    return thaw_input(
                        data: UnsafeRawPointer(binder.address(input.storage) + offset),
                        spread: input.spread.code,
                        type: input.type.rawValue)
                }))
        program.instructions = UnsafePointer(binder.keep(instructions))
        program.outputs = UnsafePointer(
            binder.keep(
                outputs.map { output in
                    thaw_output(
                        data: binder.address(output.storage) + first * output.type.byteCount,
                        slot: output.slot,
                        kind: output.kind, type: output.type.rawValue, factor: output.factor)
                }))
        program.scratch = scratch
        return program
    }
}
