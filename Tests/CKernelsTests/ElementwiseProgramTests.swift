import CKernels
import Testing

@Suite struct ElementwiseProgramTests {
    static let shapes: [[Int]] = [
        [1, 1], [1, 3], [3, 1], [32, 100], [32, 10], [7, 33], [5, 1000], [3, 1023], [2, 1025], [3, 2500],
        [65537, 1], [1, 65537], [1000, 16], [257, 255],
    ]

    /// a * row + column - scalar, with each kind of sum, in one program.
    @Test(arguments: shapes, [1, 2, 3])
    func spreadsAndSums(_ shape: [Int], _ threads: Int) {
        let (rows, columns) = (shape[0], shape[1])
        var random = TestRandom(UInt64(rows * 7919 + columns))
        let a = random.floats(rows * columns)
        let row = random.floats(columns), column = random.floats(rows)
        let (full, rowMemory, columnMemory) = (Memory(a), Memory(row), Memory(column))
        let scalar = Memory([Float(0.75)])
        let stored = Memory<Float>(count: rows * columns), sumRows = Memory<Float>(count: columns)
        let sumColumns = Memory<Float>(count: rows), sumAll = Memory<Float>(count: 1)
        var program = ElementwiseProgram(rows: rows, columns: columns, threads: threads)
        program.inputs = [
            input(full), input(rowMemory, THAW_ROW), input(columnMemory, THAW_COLUMN),
            input(scalar, THAW_SCALAR),
        ]
        program.instructions = [
            instruction(THAW_OP_MULTIPLY, to: 4, 0, 1), instruction(THAW_OP_ADD, to: 5, 4, 2),
            instruction(THAW_OP_SUBTRACT, to: 4, 5, 3),
        ]
        program.outputs = [
            output(stored, slot: 4), output(sumRows, slot: 4, kind: THAW_SUM_ROWS, factor: 2),
            output(sumColumns, slot: 4, kind: THAW_SUM_COLUMNS, factor: 0.5),
            output(sumAll, slot: 4, kind: THAW_SUM_ALL, factor: 1 / Float(rows * columns)),
        ]
        #expect(program.run())
        #expect(stored.isIntact && sumRows.isIntact && sumColumns.isIntact && sumAll.isIntact)

        var want = [Double](), rowSums = [Double](repeating: 0, count: columns), columnSums = [Double]()
        var total = 0.0
        for r in 0..<rows {
            var sum = 0.0
            for c in 0..<columns {
                let value = Double(a[r * columns + c]) * Double(row[c]) + Double(column[r]) - 0.75
                want.append(value)
                rowSums[c] += 2 * value
                sum += value
            }
            columnSums.append(0.5 * sum)
            total += sum / Double(rows * columns)
        }
        #expect(firstDifference(stored.values, want, absolute: 2e-6) == nil)
        #expect(
            firstDifference(sumRows.values, rowSums, relative: 1e-6, absolute: 1e-6 * Double(rows)) == nil)
        #expect(
            firstDifference(sumColumns.values, columnSums, relative: 1e-6, absolute: 1e-6 * Double(columns))
                == nil)
        #expect(firstDifference(sumAll.values, [total], absolute: 1e-5) == nil)

        let before = [stored, sumRows, sumColumns, sumAll].map { bits($0.values) }
        #expect(program.run())
        #expect([stored, sumRows, sumColumns, sumAll].map { bits($0.values) } == before)
    }

    @Test(arguments: shapes)
    func sumOfAnInputAndProgramsWithoutInstructions(_ shape: [Int]) {
        let (rows, columns) = (shape[0], shape[1])
        var random = TestRandom(3)
        let a = random.floats(rows * columns)
        let full = Memory(a), copy = Memory<Float>(count: a.count), sums = Memory<Float>(count: columns)
        let program = ElementwiseProgram(
            rows: rows, columns: columns, inputs: [input(full)],
            outputs: [output(copy, slot: 0), output(sums, slot: 0, kind: THAW_SUM_ROWS)])
        #expect(program.run())
        #expect(copy.values == a)
        let want = (0..<columns).map { c in (0..<rows).reduce(0.0) { $0 + Double(a[$1 * columns + c]) } }
        #expect(firstDifference(sums.values, want, relative: 1e-6, absolute: 1e-6 * Double(rows)) == nil)
    }

    @Test(arguments: [1, 5, 100, 1025, 5000])
    func integers(_ count: Int) {
        let ints = (0..<count).map { Int32($0 * 37 - 500) }, bytes = (0..<count).map { UInt8($0 * 91 % 256) }
        let (a, b) = (Memory(ints), Memory(bytes))
        let sum = Memory<Float>(count: count), half = Memory<Int32>(count: count)
        let saturated = Memory<UInt8>(count: count)
        let program = ElementwiseProgram(
            rows: count, columns: 1, inputs: [input(a), input(b)],
            instructions: [
                instruction(THAW_OP_ADD, to: 2, 0, 1),
                instruction(THAW_OP_AFFINE, to: 3, 2, p0: 0.5, p1: 0.25),
            ], outputs: [output(sum, slot: 2), output(half, slot: 3), output(saturated, slot: 3)])
        #expect(program.run())
        #expect(half.isIntact && saturated.isIntact)
        let want = (0..<count).map { Float(ints[$0]) + Float(bytes[$0]) }
        #expect(sum.values == want)
        #expect(half.values == want.map { Int32(0.5 * $0 + 0.25) })
        #expect(saturated.values == want.map { UInt8(min(max(0.5 * $0 + 0.25, 0), 255)) })
    }

    @Test func integerRowsAndExtremes() {
        let row = Memory([Int32](-3..<1497)), column = Memory([UInt8]([1, 2, 250]))
        let sum = Memory<Float>(count: 4500)
        let program = ElementwiseProgram(
            rows: 3, columns: 1500, inputs: [input(row, THAW_ROW), input(column, THAW_COLUMN)],
            instructions: [instruction(THAW_OP_ADD, to: 2, 0, 1)], outputs: [output(sum, slot: 2)])
        #expect(program.run())
        #expect(sum.values == [1, 2, 250].flatMap { c in (-3..<1497).map { Float($0 + c) } })

        let values = Memory([Float.nan, .infinity, -.infinity, 3e9, -3e9, -1.9, 1.9])
        let ints = Memory<Int32>(count: 7), bytes = Memory<UInt8>(count: 7)
        let store = ElementwiseProgram(
            rows: 7, columns: 1, inputs: [input(values)],
            outputs: [output(ints, slot: 0), output(bytes, slot: 0)])
        #expect(store.run())
        #expect(ints.values == [0, .max, .min, .max, .min, -1, 1])
        #expect(bytes.values == [0, 255, 0, 255, 0, 0, 1])
    }

    /// The old value of a parameter is read after the slot of its new value was written.
    @Test(arguments: [1, 16, 100, 1024, 4097], [1, 2])
    func inPlaceWithLaterReads(_ count: Int, _ threads: Int) {
        var random = TestRandom(11)
        let old = random.floats(count), step = random.floats(count)
        let parameter = Memory(old), gradient = Memory(step), change = Memory<Float>(count: count)
        let program = ElementwiseProgram(
            rows: 1, columns: count, threads: threads, inputs: [input(parameter), input(gradient)],
            instructions: [
                instruction(THAW_OP_SUBTRACT, to: 2, 0, 1), instruction(THAW_OP_MULTIPLY, to: 3, 2, 0),
            ], outputs: [output(parameter, slot: 2), output(change, slot: 3)])
        #expect(program.run())
        let new = zip(old, step).map { $0 - $1 }
        #expect(parameter.values == new)
        #expect(change.values == zip(new, old).map { $0 * $1 })
    }

    /// An input is stored elsewhere while another output takes its place.
    @Test(arguments: [1, 48, 1000, 3000])
    func inPlaceBesideACopyOfTheInput(_ count: Int) {
        var random = TestRandom(13)
        let old = random.floats(count)
        let parameter = Memory(old), copy = Memory<Float>(count: count)
        let program = ElementwiseProgram(
            rows: count, columns: 1, inputs: [input(parameter)],
            instructions: [instruction(THAW_OP_AFFINE, to: 1, 0, p0: 2)],
            outputs: [output(parameter, slot: 1), output(copy, slot: 0)])
        #expect(program.run())
        #expect(parameter.values == old.map { 2 * $0 })
        #expect(copy.values == old)
    }

    /// A slot is overwritten, and its last value is stored twice.
    @Test func slotsAreReused() {
        let a = Memory([Float](repeating: 3, count: 64)), b = Memory<Float>(count: 64),
            c = Memory<Float>(count: 64)
        let program = ElementwiseProgram(
            rows: 1, columns: 64, inputs: [input(a)],
            instructions: (0..<4).map { instruction(THAW_OP_AFFINE, to: 1, $0 == 0 ? 0 : 1, p0: 2, p1: 1) },
            outputs: [output(b, slot: 1), output(c, slot: 1)])
        #expect(program.run())
        #expect(b.values == [Float](repeating: 63, count: 64))
        #expect(c.values == b.values)
    }

    @Test(arguments: [1, 2])
    func listsRunSideBySide(_ threads: Int) {
        let memories = (1...5).map { Memory([Float](repeating: Float($0), count: $0 * 300)) }
        let programs = memories.map { memory in
            ElementwiseProgram(
                rows: 1, columns: memory.count, inputs: [input(memory)],
                instructions: [instruction(THAW_OP_SQUARE, to: 1, 0)], outputs: [output(memory, slot: 1)])
        }
        func nest(
            _ rest: ArraySlice<ElementwiseProgram>, _ pointers: [UnsafeMutablePointer<thaw_elementwise>?]
        ) {
            if let first = rest.first {
                first.withContext { context, _ in
                    withUnsafeMutablePointer(to: &context) { nest(rest.dropFirst(), pointers + [$0]) }
                }
                return
            }
            let steps = pointers.map { thaw_step(run: thaw_elementwise_run, context: $0.map { .init($0) }) }
            let shares = (0..<threads).map { share in
                steps.enumerated().filter { $0.offset % threads == share }.map(\.element)
            }
            func run(_ rest: ArraySlice<[thaw_step]>, _ lists: [thaw_step_list]) {
                if let first = rest.first {
                    first.withUnsafeBufferPointer {
                        run(
                            rest.dropFirst(),
                            lists + [thaw_step_list(steps: $0.baseAddress, count: Int64($0.count))])
                    }
                    return
                }
                lists.withUnsafeBufferPointer {
                    var all = thaw_step_lists(count: Int32($0.count), lists: $0.baseAddress)
                    thaw_step_lists_run(&all)
                }
            }
            run(shares[...], [])
        }
        nest(programs[...], [])
        for (index, memory) in memories.enumerated() {
            #expect(memory.values.allSatisfy { $0 == Float((index + 1) * (index + 1)) })
            #expect(memory.isIntact)
        }
    }
}
