import CKernels

/// A finished register program that lacks only addresses.
struct ElementwiseProgram {
    struct Input {
        let storage: Storage
        let spread: Spread
        let type: StoredType
        /// Where the input begins in its storage, in bytes.
        var offset = 0
    }
    struct Output {
        var storage: Storage
        let slot: UInt8
        let kind: UInt8
        let type: StoredType
        let factor: Float
        /// Where the output begins in its storage, in bytes.
        var offset = 0

        /// Whether rows add up in it.
        var isSummedOverRows: Bool { kind == UInt8(THAW_SUM_ROWS) || kind == UInt8(THAW_SUM_ALL) }
    }

    /// Sizes and threads; the pointers are empty.
    private(set) var template: thaw_elementwise
    /// The cost of an element, in additions.
    let workPerElement: Int
    private(set) var inputs: [Input]
    let instructions: [thaw_instruction]
    private(set) var outputs: [Output]

    /// - Parameters:
    ///   - rows: the rows of the matrix that the program runs through.
    ///   - columns: the length of a row.
    ///   - slots: the number of registers, the inputs' included.
    init(
        rows: Int, columns: Int, slots: Int, threads: Int32, workPerElement: Int, inputs: [Input],
        instructions: [thaw_instruction], outputs: [Output]
    ) {
        precondition(slots <= Int(THAW_MAXIMUM_SLOTS), "an elementwise program needs \(slots) registers")
        template = thaw_elementwise()
        template.rows = Int64(rows)
        template.columns = Int64(columns)
        template.input_count = Int32(inputs.count)
        template.instruction_count = Int32(instructions.count)
        template.output_count = Int32(outputs.count)
        template.slot_count = Int32(slots)
        template.threads = threads
        self.workPerElement = workPerElement
        self.inputs = inputs
        self.instructions = instructions
        self.outputs = outputs
    }

    /// The sums of the columns of a matrix.
    static func columnSums(of source: Storage, rows: Int, columns: Int, into destination: Storage)
        -> ElementwiseProgram
    {
        ElementwiseProgram(
            rows: rows, columns: columns, slots: 1, threads: 1, workPerElement: 1,
            inputs: [Input(storage: source, spread: .full, type: .float32)], instructions: [],
            outputs: [
                Output(storage: destination, slot: 0, kind: UInt8(THAW_SUM_ROWS), type: .float32, factor: 1)
            ])
    }

    /// The number of elements.
    var count: Int { Int(template.rows * template.columns) }

    /// The step that runs the program.
    func step(_ phase: Phase) -> PlannedStep {
        PlannedStep(
            "elementwise x\(instructions.count)", phase: phase, reads: inputs.map(\.storage),
            writes: outputs.map(\.storage), scratchBytes: scratchBytes, divisible: self
        ) { binder in
            binder.step(thaw_elementwise_run, filled(binder))
        }
    }

    /// The bytes of scratch that it needs. The kernel says, and wants the whole program but no addresses.
    private var scratchBytes: Int {
        let inputs = inputs.map { thaw_input(data: nil, spread: $0.spread.code, type: $0.type.rawValue) }
        let outputs = outputs.map {
            thaw_output(data: nil, slot: $0.slot, kind: $0.kind, type: $0.type.rawValue, factor: $0.factor)
        }
        return inputs.withUnsafeBufferPointer { inputs in
            instructions.withUnsafeBufferPointer { instructions in
                outputs.withUnsafeBufferPointer { outputs in
                    var program = template
                    program.inputs = inputs.baseAddress
                    program.instructions = instructions.baseAddress
                    program.outputs = outputs.baseAddress
                    return thaw_elementwise_scratch_bytes(&program)
                }
            }
        }
    }

    /// The program with addresses.
    private func filled(_ binder: Binder) -> thaw_elementwise {
        var program = template
        program.inputs = UnsafePointer(
            binder.keep(
                inputs.map {
                    thaw_input(
                        data: UnsafeRawPointer(binder.address($0.storage) + $0.offset),
                        spread: $0.spread.code,
                        type: $0.type.rawValue)
                }))
        program.instructions = UnsafePointer(binder.keep(instructions))
        program.outputs = UnsafePointer(
            binder.keep(
                outputs.map {
                    thaw_output(
                        data: binder.address($0.storage) + $0.offset, slot: $0.slot, kind: $0.kind,
                        type: $0.type.rawValue, factor: $0.factor)
                }))
        program.scratch = binder.scratch
        return program
    }

    /// The same program on one thread over some of the elements: whole rows, or any where there is one row. What is
    /// summed over rows goes to `sums`, in order.
    private func restricted(to elements: Range<Int>, sums: [PartialSum] = []) -> ElementwiseProgram {
        var part = self
        part.template.threads = 1
        let columns = count / Int(template.rows)
        if template.rows > 1 {
            part.template.rows = Int64(elements.count / columns)
        } else {
            part.template.columns = Int64(elements.count)
        }
        for index in inputs.indices {
            switch inputs[index].spread {
            case .full: part.inputs[index].offset += elements.lowerBound * inputs[index].type.byteCount
            case .column:
                part.inputs[index].offset += elements.lowerBound / columns * inputs[index].type.byteCount
            case .row, .scalar: break
            }
        }
        var sums = sums[...]
        for index in outputs.indices {
            let output = outputs[index]
            if output.isSummedOverRows {
                guard let sum = sums.popFirst() else { preconditionFailure("a part of a sum has no place") }
                part.outputs[index].storage = sum.storage
                part.outputs[index].offset = sum.offset
            } else if output.kind == UInt8(THAW_SUM_COLUMNS) {
                part.outputs[index].offset += elements.lowerBound / columns * output.type.byteCount
            } else {
                part.outputs[index].offset += elements.lowerBound * output.type.byteCount
            }
        }
        return part
    }
}

extension ElementwiseProgram: DivisibleWork {
    var work: Int { count * workPerElement }
    var isShared: Bool { template.threads > 1 }
    var joinsChains: Bool { true }
    var mayWait: Bool { !isShared }
    var rowCount: Int? { template.rows > 1 ? Int(template.rows) : nil }

    /// Cut anywhere: every output is stored, nothing depends on rows or columns.
    var pieces: Pieces? {
        let isFlat =
            template.rows == 1 && outputs.allSatisfy { $0.kind == UInt8(THAW_STORE) }
            && inputs.allSatisfy { $0.spread == .full || $0.spread == .scalar }
        return isFlat ? Pieces(count: count, width: 1) : nil
    }

    func onOneThread(_ phase: Phase) -> PlannedStep? {
        var alone = self
        alone.template.threads = 1
        return alone.step(phase)
    }

    func part(_ pieces: Range<Int>, _ phase: Phase) -> PlannedStep? {
        restricted(to: pieces).step(phase)
    }

    func byRows(_ rows: Int) -> RowDivision? {
        guard rows > 0, template.rows > 1 ? Int(template.rows) % rows == 0 : pieces != nil,
            count % rows == 0
        else { return nil }
        let width = count / rows
        let columns = Int(template.columns)
        let aligned = inputs.filter { input in
            inputs.allSatisfy { other in
                guard other.storage === input.storage else { return true }
                // Rows that begin elsewhere are other rows.
                guard other.offset == 0 else { return false }
                switch other.spread {
                case .full, .column: return true
                case .row, .scalar: return false
                }
            }
        }
        return RowDivision(
            alignedReads: aligned.map(\.storage),
            sums: outputs.filter(\.isSummedOverRows).map {
                ($0.storage, $0.kind == UInt8(THAW_SUM_ALL) ? 1 : columns)
            },
            part: { part, sums, phase in
                restricted(to: part.lowerBound * width..<part.upperBound * width, sums: sums).step(phase)
            })
    }
}
