import CKernels
import ThawGraph
import ThawTensor

extension Lowering {
    /// Lowers a fused unit: one program.
    func lowerElementwise(_ members: [Int]) throws {
        if members.count == 1, units.reductionPattern(members[0]) != nil {
            return try lowerReduction(members[0])
        }
        var builder = ElementwiseBuilder(self)
        for index in members { try builder.add(index) }
        let unit = units.unit[members[0]]
        for index in members where units.reductionPattern(index) == nil {
            let value = Graph.Value(node: index, output: 0)
            let isUsedOutside = analysis.users[index].contains { units.unit[$0] != unit }
            if isUsedOutside || analysis.required.contains(value) { try builder.store(value) }
        }
        let columns = units.elementwise[unit]?.columns
        let count = units.elementwise[unit]?.count ?? 0
        let phase = analysis.phase[members[0]]
        guard count > 0 else { return }
        add(builder.finish(count: count, columns: columns, phase: phase, threads: threads))
    }

    /// A value spread out in memory to `shape`.
    func materializedBroadcast(_ value: Graph.Value, to shape: [Int], phase: Phase) throws -> Storage {
        let source = try storage(for: value)
        let type = analysis.type(value)
        let bytes = try analysis.storedType(value).byteCount
        let destination = makeStorage(bytes: shape.reduce(1, *) * bytes, phase: phase)
        let aligned = [Int](repeating: 1, count: shape.count - type.rank) + type.shape
        let strides = zip(aligned, rowMajorStrides(aligned)).map { $0 == 1 ? 0 : $1 }
        addStridedCopy(
            "broadcast", from: source, offset: 0, strides: strides, to: destination, destinationOffset: 0,
            destinationStrides: rowMajorStrides(shape), sizes: shape, elementBytes: bytes, phase: phase)
        return destination
    }
}

/// Writes the register program of one unit.
struct ElementwiseBuilder {
    private let lowering: Lowering
    private var analysis: GraphAnalysis { lowering.analysis }

    private struct InputKey: Hashable {
        let storage: ObjectIdentifier
        let spread: Spread
    }
    private struct InputSlot {
        let storage: Storage
        let spread: Spread
        let type: StoredType
    }
    /// A register before it is given a slot: an input or the result of an instruction.
    private enum Register: Hashable {
        case input(Int)
        case result(Int)
    }
    private struct Line {
        var operation: Int32
        var operands: [Register]
        var p0: Float = 0
        var p1: Float = 0

        /// Whether the operation costs several times an addition.
        var isExpensive: Bool {
            switch Int(operation) {
            case THAW_OP_EXPONENTIAL, THAW_OP_LOGARITHM, THAW_OP_LOGARITHM_ONE_PLUS, THAW_OP_TANH,
                THAW_OP_SIGMOID,
                THAW_OP_ERF, THAW_OP_SINE, THAW_OP_COSINE, THAW_OP_ELU, THAW_OP_SELU, THAW_OP_SOFTPLUS,
                THAW_OP_SWISH,
                THAW_OP_GELU, THAW_OP_GELU_TANH, THAW_OP_POWER, THAW_OP_POWER_CONSTANT,
                THAW_OP_SIGMOID_CROSS_ENTROPY:
                true
            default: false
            }
        }
    }
    private struct Output {
        let storage: Storage
        var register: Register
        let kind: UInt8
        let type: StoredType
        let factor: Float
    }

    private var inputs: [InputSlot] = []
    private var inputIndex: [InputKey: Int] = [:]
    private var lines: [Line] = []
    private var registers: [Graph.Value: Register] = [:]
    private var outputs: [Output] = []

    init(_ lowering: Lowering) { self.lowering = lowering }

    // MARK: Reading

    private mutating func operand(_ value: Graph.Value, of node: Int, position: Int, shape: [Int]) throws
        -> Register
    {
        let root = analysis.root(value)
        if let register = registers[root],
            !lowering.units.materialized.contains(.init(node: node, input: position))
        {
            return register
        }
        let storage: Storage
        let spread: Spread
        if lowering.units.materialized.contains(.init(node: node, input: position)) {
            storage = try lowering.materializedBroadcast(value, to: shape, phase: analysis.phase[node])
            spread = .full
        } else {
            storage = try lowering.storage(for: root)
            spread = Spread(analysis.type(value).shape, to: shape) ?? .full
        }
        return input(storage, spread, try analysis.storedType(value))
    }

    private mutating func input(_ storage: Storage, _ spread: Spread, _ type: StoredType) -> Register {
        let key = InputKey(storage: ObjectIdentifier(storage), spread: spread)
        if let index = inputIndex[key] { return .input(index) }
        inputs.append(InputSlot(storage: storage, spread: spread, type: type))
        inputIndex[key] = inputs.count - 1
        return .input(inputs.count - 1)
    }

    private mutating func emit(_ operation: Int32, _ operands: [Register], p0: Float = 0, p1: Float = 0)
        -> Register
    {
        lines.append(Line(operation: operation, operands: operands, p0: p0, p1: p1))
        return .result(lines.count - 1)
    }

    // MARK: Nodes

    mutating func add(_ index: Int) throws {
        let node = analysis.graph.nodes[index]
        if let pattern = lowering.units.reductionPattern(index), let reduction = node.operation as? Reduction
        {
            let shape = analysis.type(node.inputs[0]).shape
            let register = try operand(node.inputs[0], of: index, position: 0, shape: shape)
            let count = Float(shape.reduce(1, *) / max(1, node.outputTypes[0].count))
            let value = Graph.Value(node: index, output: 0)
            outputs.append(
                Output(
                    storage: try lowering.storage(for: value), register: register, kind: pattern.code,
                    type: .float32,
                    factor: reduction.kind == .mean ? 1 / count : 1))
            return
        }
        let shape = node.outputTypes[0].shape
        var operands: [Register] = []
        var constants: [Float?] = []
        for input in node.inputs { constants.append(analysis.scalarConstant(input)) }
        if let register = try addWithConstant(node, index, constants, shape) {
            registers[Graph.Value(node: index, output: 0)] = register
            return
        }
        for (position, input) in node.inputs.enumerated() {
            operands.append(try operand(input, of: index, position: position, shape: shape))
        }
        let result: Register
        switch node.operation {
        case let unary as Unary:
            let code = unary.kind.code
            result = emit(code.operation, operands, p0: code.p0, p1: code.p1)
        case let binary as Binary: result = emit(binary.kind.code, operands)
        case is Select: result = emit(Int32(THAW_OP_SELECT), operands)
        case let cast as Cast:
            result = addCast(operands[0], from: analysis.type(node.inputs[0]).dtype, to: cast.dtype)
        default: result = emit(Int32(THAW_OP_COPY), operands)
        }
        registers[Graph.Value(node: index, output: 0)] = result
    }

    /// Arithmetic with one constant operand takes it as a parameter.
    private mutating func addWithConstant(
        _ node: Graph.Node, _ index: Int, _ constants: [Float?], _ shape: [Int]
    ) throws -> Register? {
        guard let binary = node.operation as? Binary, analysis.type(node.inputs[0]).dtype == .float32 else {
            return nil
        }
        func variable(_ position: Int, _ builder: inout ElementwiseBuilder) throws -> Register {
            try builder.operand(node.inputs[position], of: index, position: position, shape: shape)
        }
        let affine = Int32(THAW_OP_AFFINE)
        switch (binary.kind, constants[0], constants[1]) {
        case (.add, nil, let c?): return emit(affine, [try variable(0, &self)], p0: 1, p1: c)
        case (.add, let c?, nil): return emit(affine, [try variable(1, &self)], p0: 1, p1: c)
        case (.subtract, nil, let c?): return emit(affine, [try variable(0, &self)], p0: 1, p1: -c)
        case (.subtract, let c?, nil): return emit(affine, [try variable(1, &self)], p0: -1, p1: c)
        case (.multiply, nil, let c?): return emit(affine, [try variable(0, &self)], p0: c, p1: 0)
        case (.multiply, let c?, nil): return emit(affine, [try variable(1, &self)], p0: c, p1: 0)
        default: return nil
        }
    }

    private mutating func addCast(_ operand: Register, from source: DType, to target: DType) -> Register {
        switch target {
        case .bool:
            let isZero = emit(Int32(THAW_OP_NOT), [operand])
            return emit(Int32(THAW_OP_NOT), [isZero])
        case .int32, .int64, .uint8:
            guard source == .float32 else { return emit(Int32(THAW_OP_COPY), [operand]) }
            let magnitude = emit(Int32(THAW_OP_ABSOLUTE), [operand])
            let whole = emit(Int32(THAW_OP_FLOOR), [magnitude])
            let sign = emit(Int32(THAW_OP_SIGN), [operand])
            return emit(Int32(THAW_OP_MULTIPLY), [whole, sign])
        default:
            return emit(Int32(THAW_OP_COPY), [operand])
        }
    }

    // MARK: Writing

    mutating func store(_ value: Graph.Value) throws {
        guard let register = registers[value] else { return }
        outputs.append(
            Output(
                storage: try lowering.storage(for: value), register: register, kind: UInt8(THAW_STORE),
                type: try analysis.storedType(value), factor: 1))
    }

    /// A product that only a sum uses becomes one instruction with it.
    private mutating func contractMultiplyAdd() {
        var uses: [Register: Int] = [:]
        for line in lines { for operand in line.operands { uses[operand, default: 0] += 1 } }
        for output in outputs { uses[output.register, default: 0] += 1 }
        var absorbed: Set<Int> = []
        for number in lines.indices where lines[number].operation == Int32(THAW_OP_ADD) {
            let (a, b) = (lines[number].operands[0], lines[number].operands[1])
            for (product, other) in [(a, b), (b, a)] {
                guard case .result(let index) = product, lines[index].operation == Int32(THAW_OP_MULTIPLY),
                    uses[product] == 1
                else { continue }
                lines[number] = Line(
                    operation: Int32(THAW_OP_MULTIPLY_ADD), operands: lines[index].operands + [other])
                absorbed.insert(index)
                break
            }
        }
        guard !absorbed.isEmpty else { return }
        var renumbered: [Register: Register] = [:]
        var kept: [Line] = []
        for (number, line) in lines.enumerated() where !absorbed.contains(number) {
            renumbered[.result(number)] = .result(kept.count)
            var line = line
            line.operands = line.operands.map { renumbered[$0] ?? $0 }
            kept.append(line)
        }
        lines = kept
        for index in outputs.indices {
            outputs[index].register = renumbered[outputs[index].register] ?? outputs[index].register
        }
    }

    /// Where an output lies on an input, an instruction may still read the old contents after the new are written: compute
    /// into a register and copy at the end. An output register that is stored twice, or is an input, is copied too.
    private mutating func separateOutputs() {
        var stored: Set<Register> = []
        for index in outputs.indices where outputs[index].kind == UInt8(THAW_STORE) {
            let register = outputs[index].register
            var needsCopy = !stored.insert(register).inserted
            if case .input = register { needsCopy = true }
            if case .result(let line) = register,
                let overlaid = inputs.indices.first(where: { inputs[$0].storage === outputs[index].storage })
            {
                let isReadLater = lines.indices.contains {
                    $0 > line && lines[$0].operands.contains(.input(overlaid))
                }
                let isSummed = outputs.contains { $0.register == .input(overlaid) }
                needsCopy = needsCopy || isReadLater || isSummed
            }
            if needsCopy {
                lines.append(Line(operation: Int32(THAW_OP_COPY), operands: [register]))
                outputs[index].register = .result(lines.count - 1)
                stored.insert(outputs[index].register)
            }
        }
    }

    mutating func finish(count: Int, columns: Int?, phase: Phase, threads: ThreadModel) -> PlannedStep {
        contractMultiplyAdd()
        separateOutputs()
        let (slots, slotCount) = assignSlots()
        let instructions = lines.enumerated().map { number, line in
            var instruction = thaw_instruction()
            instruction.operation = UInt8(line.operation)
            instruction.destination = slots[.result(number)] ?? 0
            instruction.a = line.operands.first.flatMap { slots[$0] } ?? 0
            instruction.b = line.operands.count > 1 ? slots[line.operands[1]] ?? 0 : 0
            instruction.c = line.operands.count > 2 ? slots[line.operands[2]] ?? 0 : 0
            instruction.p0 = line.p0
            instruction.p1 = line.p1
            return instruction
        }
        let columns = columns ?? count
        let work = max(1, lines.reduce(0) { $0 + ($1.isExpensive ? 6 : 1) } / 2)
        let outputSlots = outputs.map { slots[$0.register] ?? 0 }
        return ElementwiseProgram(
            rows: count / columns, columns: columns, slots: slotCount,
            threads: threads.forElements(count, work: work), workPerElement: work,
            inputs: inputs.map { .init(storage: $0.storage, spread: $0.spread, type: $0.type) },
            instructions: instructions,
            outputs: zip(outputs, outputSlots).map {
                .init(storage: $0.storage, slot: $1, kind: $0.kind, type: $0.type, factor: $0.factor)
            }
        ).step(phase)
    }

    /// Gives registers slots, reusing those whose values are no longer needed.
    private func assignSlots() -> ([Register: UInt8], Int) {
        var lastUse: [Register: Int] = [:]
        for (number, line) in lines.enumerated() {
            for operand in line.operands { lastUse[operand] = number }
        }
        for output in outputs { lastUse[output.register] = Int.max }
        var slots: [Register: UInt8] = [:]
        for index in inputs.indices { slots[.input(index)] = UInt8(index) }
        var free: [UInt8] = []
        var next = inputs.count
        for (number, line) in lines.enumerated() {
            let result = Register.result(number)
            // A stored result keeps a slot of its own: the slot is the output's memory.
            let isStored = lastUse[result] == Int.max
            if !isStored {
                for operand in Set(line.operands) where lastUse[operand] == number {
                    if case .result = operand, let slot = slots[operand] { free.append(slot) }
                }
            }
            if !isStored, let slot = free.popLast() {
                slots[result] = slot
            } else {
                slots[result] = UInt8(next)
                next += 1
            }
            if isStored {
                for operand in Set(line.operands) where lastUse[operand] == number {
                    if case .result = operand, let slot = slots[operand] { free.append(slot) }
                }
            }
            if lastUse[result] == nil, let slot = slots[result] { free.append(slot) }
        }
        return (slots, next)
    }
}
