import ThawEngine
import ThawTensor

/// All that an optimizer remembers, to be put back later.
struct OptimizerSnapshot {
    fileprivate let schedule: any LearningRateSchedule
    fileprivate let iterations: Int
    fileprivate let gatheredBatches: Int
    fileprivate let batchNumber: Int
    fileprivate let slots: [ObjectIdentifier: [String: Tensor]]
    fileprivate let updateCounts: [ObjectIdentifier: Tensor]
}

extension Optimizer {
    /// A copy of the schedule, the number of steps, and the slots and counts of every parameter.
    func snapshot() -> OptimizerSnapshot {
        OptimizerSnapshot(
            schedule: schedule, iterations: iterations, gatheredBatches: gatheredBatches,
            batchNumber: batchNumber,
            slots: records.mapValues { $0.slots.mapValues { $0.read() } },
            updateCounts: records.compactMapValues { $0.updateCount?.read() })
    }

    /// Puts everything back, to the bit.
    ///
    /// State that was made since belongs to compiled steps and stays, with the values that it has before a first update.
    func restore(_ snapshot: OptimizerSnapshot) throws {
        schedule = snapshot.schedule
        iterations = snapshot.iterations
        gatheredBatches = snapshot.gatheredBatches
        batchNumber = snapshot.batchNumber
        let ownSlots = Set(slotNames + scalarSlotNames)
        for (key, record) in records {
            for (slot, variable) in record.slots {
                let old = snapshot.slots[key]?[slot]
                let first = ownSlots.contains(slot) ? initialValue(ofSlot: slot) : 0
                try variable.write(old ?? .full(variable.type.shape, first))
            }
            try record.updateCount?.write(snapshot.updateCounts[key] ?? .zeros([]))
        }
    }
}
