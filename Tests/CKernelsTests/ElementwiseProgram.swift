import CKernels

/// An elementwise program as a test writes it down.
struct ElementwiseProgram {
    var rows: Int
    var columns: Int
    var threads = 1
    var inputs: [thaw_input] = []
    var instructions: [thaw_instruction] = []
    var outputs: [thaw_output] = []

    /// Runs the program in scratch memory of the size it asks for; returns whether the guards behind the
    /// scratch memory are intact.
    func run() -> Bool {
        withContext { context, scratch in
            thaw_elementwise_run(&context)
            return scratch.isIntact
        }
    }

    func withContext<Result>(_ body: (inout thaw_elementwise, Memory<UInt8>) -> Result) -> Result {
        inputs.withUnsafeBufferPointer { inputs in
            instructions.withUnsafeBufferPointer { instructions in
                outputs.withUnsafeBufferPointer { outputs in
                    let written = instructions.map { Int32($0.destination) + 1 }.max() ?? 0
                    var context = thaw_elementwise(
                        rows: Int64(rows), columns: Int64(columns), input_count: Int32(inputs.count),
                        instruction_count: Int32(instructions.count), output_count: Int32(outputs.count),
                        slot_count: max(written, Int32(inputs.count)), threads: Int32(threads),
                        inputs: inputs.baseAddress, instructions: instructions.baseAddress,
                        outputs: outputs.baseAddress, scratch: nil)
                    let memory = scratch(bytes: thaw_elementwise_scratch_bytes(&context))
                    context.scratch = UnsafeMutableRawPointer(memory.pointer)
                    return body(&context, memory)
                }
            }
        }
    }
}

func input(_ memory: Memory<Float>, _ spread: Int = THAW_FULL) -> thaw_input {
    thaw_input(data: memory.pointer, spread: UInt8(spread), type: UInt8(THAW_FLOAT32))
}

func input(_ memory: Memory<Int32>, _ spread: Int = THAW_FULL) -> thaw_input {
    thaw_input(data: memory.pointer, spread: UInt8(spread), type: UInt8(THAW_INT32))
}

func input(_ memory: Memory<UInt8>, _ spread: Int = THAW_FULL) -> thaw_input {
    thaw_input(data: memory.pointer, spread: UInt8(spread), type: UInt8(THAW_UINT8))
}

func output(_ memory: Memory<Float>, slot: Int, kind: Int = THAW_STORE, factor: Float = 1) -> thaw_output {
    thaw_output(
        data: memory.pointer, slot: UInt8(slot), kind: UInt8(kind), type: UInt8(THAW_FLOAT32), factor: factor)
}

func output(_ memory: Memory<Int32>, slot: Int) -> thaw_output {
    thaw_output(
        data: memory.pointer, slot: UInt8(slot), kind: UInt8(THAW_STORE), type: UInt8(THAW_INT32), factor: 1)
}

func output(_ memory: Memory<UInt8>, slot: Int) -> thaw_output {
    thaw_output(
        data: memory.pointer, slot: UInt8(slot), kind: UInt8(THAW_STORE), type: UInt8(THAW_UINT8), factor: 1)
}

func instruction(
    _ operation: Int, to destination: Int, _ a: Int = 0, _ b: Int = 0, _ c: Int = 0, p0: Float = 0,
    p1: Float = 0
) -> thaw_instruction {
    thaw_instruction(
        operation: UInt8(operation), destination: UInt8(destination), a: UInt8(a), b: UInt8(b), c: UInt8(c),
        p0: p0, p1: p1)
}
