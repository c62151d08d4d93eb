import ThawEngine
import ThawTensor

extension Model {
    /// Builds the model for the data if it is not built, and checks that the samples fit.
    ///
    /// Building happens on the caller's thread, where the caller's choices hold.
    func prepare(for feeder: BatchFeeder) throws {
        let shapes = feeder.inputShapes
        // A shape that the model was told wins over the data's, so that data of another shape is an error.
        try ensureBuilt(inputShapes: knownInputShape == nil ? shapes.map { [1] + $0 } : nil)
        guard let inputShapes else { return }
        guard shapes.count == inputShapes.count else {
            throw ModelError.inputCount(model: name, expected: inputShapes.count, got: shapes.count)
        }
        for (expected, got) in zip(inputShapes, shapes) where expected != got {
            throw TrainingError.inputShape(model: name, expected: expected, got: got)
        }
    }

    /// Runs `body` on the engine's thread, with the model's engine current there, and waits for it.
    ///
    /// - Parameter body: is given a function that tells whether the calling task was cancelled.
    func onEngine<Result>(_ body: (_ isCancelled: () -> Bool) throws -> Result) throws -> Result {
        let engine = engine
        return try withUnsafeCurrentTask { task in
            // The task outlives the call, and asking whether it is cancelled is safe from any thread.
            try engine.perform { () throws -> Result in
                try Runtime.$engine.withValue(engine) {
                    try body { task?.isCancelled ?? false }
                }
            }
        }
    }
}
