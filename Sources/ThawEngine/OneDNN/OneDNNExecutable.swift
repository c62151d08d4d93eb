import CKernels
import COneDNN
import Foundation
import ThawGraph
import ThawTensor

/// A compiled graph: three flat lists of bound steps.
final class OneDNNExecutable: Executable {
    let inputs: [ExecutableSlot]
    let outputs: [ExecutableSlot]
    let peakBytes: Int
    /// The names of the steps in order, for profiles and tests.
    let stepNames: [String]

    private let engine: OneDNNEngine
    private let binder: Binder
    private let persistent: UnsafeMutableRawPointer
    private let prologue: UnsafeMutableBufferPointer<thaw_step>
    private let main: UnsafeMutableBufferPointer<thaw_step>
    private let update: UnsafeMutableBufferPointer<thaw_step>
    private let inputData: [UnsafeMutableRawPointer]
    private let outputData: [UnsafeMutableRawPointer]
    private let predicate: UnsafePointer<Float>?
    /// Versions of the variables the prologue read, now and when it last ran.
    private let watched: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>
    private let seen: UnsafeMutableBufferPointer<UInt64>
    private let assigned: UnsafeMutableBufferPointer<UnsafeMutablePointer<UInt64>>
    /// Keeps the variables alive.
    private let variables: [OneDNNVariable]
    private var needsPrologue = true

    init(_ lowering: Lowering, engine: OneDNNEngine) throws {
        self.engine = engine
        let graph = lowering.graph
        inputs = graph.inputNodes.map { index in
            let name = (graph.nodes[index].operation as? Input)?.inputName ?? ""
            return ExecutableSlot(name: name, type: graph.nodes[index].outputTypes[0])
        }
        outputs = graph.outputs.map { ExecutableSlot(name: $0.name, type: lowering.analysis.type($0.value)) }

        let plan = MemoryPlan(storages: lowering.storages, steps: lowering.steps)
        let arena = try engine.arena()
        try arena.ensure(plan.arenaBytes)
        var persistentBytes = 0
        for storage in lowering.storages {
            switch storage.place {
            case .arena:
                storage.pointer = plan.offsets[ObjectIdentifier(storage)].map { arena.base + $0 }
            case .variable(let variable): storage.pointer = variable.data
            case .persistent: persistentBytes += MemoryPlan.aligned(storage.bytes)
            }
        }
        guard let memory = aligned_alloc(64, max(64, persistentBytes)) else {
            throw EngineError.outOfMemory(
                "\(persistentBytes) bytes of constants and packed weights do not fit into memory; use a smaller model."
            )
        }
        persistent = memory
        var offset = 0
        for storage in lowering.storages {
            guard case .persistent = storage.place else { continue }
            storage.pointer = persistent + offset
            storage.constant?(persistent + offset)
            offset += MemoryPlan.aligned(storage.bytes)
        }
        peakBytes = plan.arenaBytes + persistentBytes

        binder = Binder(scratch: arena.base + plan.scratchOffset)
        stepNames = lowering.steps.map(\.name)
        var lists: [Phase: [thaw_step]] = [:]
        for step in lowering.steps { lists[step.phase, default: []].append(step.bind(binder)) }
        prologue = Self.copied(lists[.prologue] ?? [])
        main = Self.copied(lists[.main] ?? [])
        update = Self.copied(lists[.update] ?? [])
        let binder = binder
        inputData = lowering.inputStorages.map { binder.address($0) }
        outputData = lowering.outputStorages.map { binder.address($0) }
        predicate = lowering.predicateStorage.map { UnsafePointer(binder.floats($0)) }
        watched = Self.copied(lowering.watchedVariables.map(\.versionPointer))
        seen = Self.copied([UInt64](repeating: 0, count: lowering.watchedVariables.count))
        assigned = Self.copied(lowering.assignedVariables.map(\.versionPointer))
        variables = lowering.readVariables
    }

    deinit {
        prologue.deallocate()
        main.deallocate()
        update.deallocate()
        watched.deallocate()
        seen.deallocate()
        assigned.deallocate()
        free(persistent)
    }

    private static func copied<Element>(_ elements: [Element]) -> UnsafeMutableBufferPointer<Element> {
        let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: elements.count)
        _ = buffer.initialize(from: elements)
        return buffer
    }

    func setInput(_ index: Int, _ tensor: Tensor) throws {
        let slot = inputs[index]
        guard tensor.shape == slot.type.shape else {
            throw EngineError.mismatch(
                "input \"\(slot.name)\" has shape \(slot.type.shape), not \(tensor.shape); give a tensor of its shape."
            )
        }
        let stored = try StoredType(slot.type.dtype, what: "input \(slot.name)")
        let data = inputData[index]
        engine.perform { stored.copy(tensor, to: data) }
    }

    func withInput<Result>(
        _ index: Int, _ body: (UnsafeMutableRawBufferPointer) throws -> Result
    ) rethrows -> Result {
        let type = inputs[index].type
        let width = type.dtype == .uint8 ? 1 : 4
        return try body(UnsafeMutableRawBufferPointer(start: inputData[index], count: type.count * width))
    }

    func run() throws -> Bool {
        try engine.perform { () throws in try runHere() }
    }

    private func runHere() throws -> Bool {
        if prologue.count > 0 {
            for index in 0..<watched.count where watched[index].pointee != seen[index] {
                needsPrologue = true
                seen[index] = watched[index].pointee
            }
            if needsPrologue {
                thaw_steps_run(prologue.baseAddress, Int64(prologue.count))
                try checkStatus()
                needsPrologue = false
            }
        }
        thaw_steps_run(main.baseAddress, Int64(main.count))
        // Nothing is assigned from results that are not valid.
        try checkStatus()
        if let predicate, predicate.pointee == 0 { return false }
        thaw_steps_run(update.baseAddress, Int64(update.count))
        for index in 0..<assigned.count { assigned[index].pointee &+= 1 }
        try checkStatus()
        return true
    }

    private func checkStatus() throws {
        let status = thaw_onednn_take_status()
        guard status == 0 else {
            throw EngineError.library(
                "oneDNN failed with status \(status) while a graph ran; its results are not valid.")
        }
    }

    /// The least processor time of each step that runs every time, in seconds: for finding what is slow, not for comparing.
    func profile(runs: Int) -> [(step: String, seconds: Double)] {
        engine.perform {
            let steps = Array(main) + Array(update)
            var least = [UInt64](repeating: .max, count: steps.count)
            for _ in 0..<runs {
                var before = threadNanoseconds()
                for (index, step) in steps.enumerated() {
                    step.run(step.context)
                    let after = threadNanoseconds()
                    least[index] = min(least[index], after - before)
                    before = after
                }
            }
            _ = thaw_onednn_take_status()
            let names = stepNames.dropFirst(prologue.count)
            return zip(names, least).map { ($0, Double($1) / 1e9) }
        }
    }

    func output(_ index: Int) -> Tensor {
        engine.perform { StoredType.tensor(of: outputs[index].type, at: outputData[index]) }
    }

    func scalar(_ index: Int) -> Float {
        switch outputs[index].type.dtype {
        case .int32, .int64: Float(outputData[index].assumingMemoryBound(to: Int32.self).pointee)
        case .uint8: Float(outputData[index].assumingMemoryBound(to: UInt8.self).pointee)
        default: outputData[index].assumingMemoryBound(to: Float.self).pointee
        }
    }
}

/// Processor time of the calling thread in nanoseconds: not disturbed by what else the machine does.
private func threadNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
