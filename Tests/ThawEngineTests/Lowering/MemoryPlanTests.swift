import Testing
import ThawTensor

@testable import ThawEngine

@Suite struct MemoryPlanTests {
    private static func step(_ storages: [Storage], scratch: Int) -> PlannedStep {
        PlannedStep("test", phase: .main, reads: storages, writes: [], scratchBytes: scratch) { _ in
            preconditionFailure("never bound")
        }
    }

    /// No two storages that live at the same time overlap, whatever their sizes and lifetimes.
    @Test(arguments: 0..<60) func livingStoragesNeverOverlap(_ seed: Int) throws {
        var stream = RandomStream(seed: UInt64(seed))
        let stepCount = 1 + stream.int(in: 0..<30)
        var uses = [[Storage]](repeating: [], count: stepCount)
        var storages: [Storage] = []
        for _ in 0..<(1 + stream.int(in: 0..<60)) {
            let storage = Storage(
                bytes: 1 + stream.int(in: 0..<5000), place: stream.int(in: 0..<9) == 0 ? .persistent : .arena)
            storage.isPinned = stream.int(in: 0..<10) == 0
            for _ in 0..<(1 + stream.int(in: 0..<3)) { uses[stream.int(in: 0..<stepCount)].append(storage) }
            storages.append(storage)
        }
        let scratch = (0..<stepCount).map { _ in stream.int(in: 0..<3000) }
        let steps = zip(uses, scratch).map { Self.step($0, scratch: $1) }
        let plan = MemoryPlan(storages: storages, steps: steps)

        var placed: [(storage: Storage, range: Range<Int>)] = []
        for storage in storages {
            let offset = plan.offsets[ObjectIdentifier(storage)]
            guard case .arena = storage.place else {
                #expect(offset == nil)
                continue
            }
            let start = try #require(offset)
            #expect(start >= 0 && start % MemoryPlan.alignment == 0)
            #expect(start + storage.bytes <= plan.scratchOffset)
            placed.append((storage, start..<(start + storage.bytes)))
        }
        for (index, first) in placed.enumerated() {
            for second in placed[..<index] where first.range.overlaps(second.range) {
                let isDisjoint = uses.indices.allSatisfy { step in
                    !(Self.lives(first.storage, uses, step) && Self.lives(second.storage, uses, step))
                }
                #expect(isDisjoint, "\(first.range) and \(second.range) live at once")
            }
        }
        let largest = scratch.max() ?? 0
        #expect(
            plan.scratchOffset % MemoryPlan.alignment == 0 && plan.arenaBytes >= plan.scratchOffset + largest)
        let everything =
            storages.reduce(0) { $0 + MemoryPlan.aligned($1.bytes) } + MemoryPlan.aligned(largest)
        #expect(plan.arenaBytes <= everything)
    }

    /// Said anew rather than read from the planner.
    private static func lives(_ storage: Storage, _ uses: [[Storage]], _ step: Int) -> Bool {
        if storage.isPinned { return true }
        let steps = uses.indices.filter { uses[$0].contains { $0 === storage } }
        guard let first = steps.first, let last = steps.last else { return false }
        return (first...last).contains(step)
    }

    @Test func chainsNeedTwoBuffers() {
        let storages = (0..<10).map { _ in Storage(bytes: 6400, place: .arena) }
        let steps = (1..<10).map { Self.step([storages[$0 - 1], storages[$0]], scratch: 0) }
        #expect(MemoryPlan(storages: storages, steps: steps).arenaBytes == 2 * 6400)
    }

    /// A step that may write `result` over `input`.
    private static func replacing(_ input: Storage, by result: Storage) -> PlannedStep {
        PlannedStep(
            "test", phase: .main, reads: [input], writes: [result], replacement: (result, input)
        ) { _ in
            preconditionFailure("never bound")
        }
    }

    /// Results that take the place of their input, one after the other; what lives beside the last does not.
    @Test func resultsTakeThePlaceOfInputs() {
        let storages = (0..<3).map { _ in Storage(bytes: 6400, place: .arena) }
        let beside = Storage(bytes: 6400, place: .arena)
        let steps = [
            Self.step([storages[0]], scratch: 0), Self.replacing(storages[0], by: storages[1]),
            Self.replacing(storages[1], by: storages[2]), Self.step([beside], scratch: 0),
            Self.step([beside, storages[2]], scratch: 0),
        ]
        let plan = MemoryPlan(storages: storages + [beside], steps: steps)
        let offsets = storages.map { plan.offsets[ObjectIdentifier($0)] }
        #expect(offsets[0] != nil && offsets[1] == offsets[0] && offsets[2] == offsets[0])
        #expect(plan.offsets[ObjectIdentifier(beside)] != offsets[0])
        #expect(plan.arenaBytes == 2 * 6400)
    }

    enum Obstacle: CaseIterable {
        case readLater, writtenBefore, pinnedInput, pinnedResult, otherSize, persistentInput
    }

    @Test(arguments: Obstacle.allCases) func resultsStayApart(_ obstacle: Obstacle) {
        let input = Storage(bytes: 6400, place: obstacle == .persistentInput ? .persistent : .arena)
        let result = Storage(bytes: obstacle == .otherSize ? 6300 : 6400, place: .arena)
        input.isPinned = obstacle == .pinnedInput
        result.isPinned = obstacle == .pinnedResult
        let steps = [
            Self.step(obstacle == .writtenBefore ? [input, result] : [input], scratch: 0),
            Self.replacing(input, by: result),
            Self.step(obstacle == .readLater ? [input, result] : [result], scratch: 0),
        ]
        let plan = MemoryPlan(storages: [input, result], steps: steps)
        let offsets = [input, result].map { plan.offsets[ObjectIdentifier($0)] }
        #expect(offsets[1] != nil && offsets[0] != offsets[1])
    }

    @Test func nothingNeedsNothing() {
        let plan = MemoryPlan(storages: [Storage(bytes: 100, place: .arena)], steps: [])
        #expect(plan.arenaBytes == 0 && plan.offsets.isEmpty)
    }
}
