import Foundation
import ThawEngine
import ThawTensor

// Saving while training, and going on from what was saved.
extension FitLoop {
    /// Writes the checkpoints that are due, when all callbacks have seen the batch or epoch.
    func saveCheckpoints(afterEpoch: Bool) throws {
        var files = model.training.requestedCheckpoints
        for backup in backups where backup.isDue(afterEpoch: afterEpoch) { files.append(backup.file) }
        try save(to: files)
        model.training.requestedCheckpoints = []
    }

    /// Saves once more before training is given up.
    func saveBeforeCancellation() throws { try save(to: backups.map(\.file)) }

    /// Writes what was asked for in the last hooks, after which no step comes.
    func finishCheckpoints() throws {
        let files = model.training.requestedCheckpoints
        model.training.requestedCheckpoints = []
        if !files.isEmpty {
            let state = modelState
            for file in files { try Checkpoint(model: state, fit: nil, history: history).write(to: file) }
        }
        for backup in backups { backup.finish() }
    }

    private func save(to files: [URL]) throws {
        guard !files.isEmpty else { return }
        let state = FitState(
            place: place, isStopping: model.training.stopsTraining, seed: options.seed,
            shuffles: options.shuffles, batchSize: options.batchSize,
            validationFrequency: options.validationFrequency, data: feeder.dataIdentity,
            validation: validation?.feeder.dataIdentity,
            metrics: place.isWithinEpoch ? compilation.trainingMetrics.states : [],
            callbacks: CallbackRecord.all(of: callbacks.callbacks))
        let checkpoint = Checkpoint(model: modelState, fit: state, history: history)
        for file in files { try checkpoint.write(to: file) }
    }

    private var modelState: ModelState {
        var state = ModelState(of: model, optimizer: compilation.optimizer)
        state.optimizer.settings = optimizerSettings
        return state
    }

    /// Prepares training, and tells callbacks that it begins: afresh, or where a backup or a loaded checkpoint was saved.
    func begin() throws {
        let loaded = model.training.isOneBatch ? nil : model.training.resumption
        model.training.resumption = nil
        for callback in callbacks.callbacks { callback.isResuming = false }
        do {
            if let backup = backups.first(where: \.hasCheckpoint) {
                try resume(from: backup)
            } else if let loaded {
                try check(loaded.fit, file: loaded.file)
                try go(on: loaded)
            } else {
                try prepare()
                place.fitStart = compilation.optimizer.batchNumber
                try callbacks.notify { try $0.onTrainBegin() }
            }
        } catch {
            // What was loaded can still be gone on from, once what is wrong is mended.
            model.training.resumption = loaded
            throw error
        }
    }

    private func resume(from backup: BackupAndRestore) throws {
        let file = backup.file.path
        let optimizer = compilation.optimizer
        let checkpoint = try Checkpoint(contentsOf: backup.file, limit: model.largestCheckpoint)
        guard let fit = checkpoint.fit else {
            throw CheckpointError.otherFit(file: file, message: "it was not saved during a fit.")
        }
        try checkpoint.model.check(model, optimizer: optimizer, file: file)
        try check(fit, file: file)
        let before = ModelState(of: model, optimizer: optimizer)
        do {
            try checkpoint.model.apply(to: model, optimizer: optimizer)
            try go(on: Resumption(file: file, fit: fit, history: checkpoint.history))
        } catch {
            try before.apply(to: model, optimizer: optimizer)
            throw error
        }
    }

    private func check(_ fit: FitState, file: String) throws {
        try fit.check(
            options, modelSeed: model.seed, data: feeder.dataIdentity,
            validation: validation?.feeder.dataIdentity, file: file)
        // A callback that remembers something must be there to remember it.
        for record in fit.callbacks { _ = try record.callback(in: callbacks.callbacks, file: file) }
    }

    /// Goes on, the model being as it was.
    private func go(on resumption: Resumption) throws {
        let fit = resumption.fit
        options.seed = fit.seed
        try prepare()
        for callback in callbacks.callbacks { callback.isResuming = true }
        try callbacks.notify { try $0.onTrainBegin() }
        if fit.place.isWithinEpoch {
            try compilation.trainingMetrics.restore(fit.metrics, file: resumption.file)
        }
        for record in fit.callbacks {
            try record.callback(in: callbacks.callbacks, file: resumption.file)
                .restore(checkpointState: record.state)
        }
        place = fit.place
        model.training.stopsTraining = fit.isStopping
        if let earlier = resumption.history {
            history = earlier.planned(epochs: options.epochs, stepsPerEpoch: history.stepsPerEpoch)
        }
        let spot = place.description(of: options.epochs, steps: history.stepsPerEpoch)
        ProgressPrinter(options.verbosity, target: 0).heading("Resuming \(spot) from \(resumption.file)")
    }
}

extension MetricSet {
    /// What every metric has gathered in the epoch.
    var states: [FitState.MetricState] {
        names.enumerated().map { ($1, accumulators[$0].state) }
    }

    /// Puts back what `states` gave.
    func restore(_ states: [FitState.MetricState], file: String) throws {
        guard states.map(\.name) == names else {
            throw CheckpointError.otherFit(
                file: file,
                message:
                    "in the epoch under way it has measured \(states.map(\.name).prefix(20)), and the model measures \(names)."
            )
        }
        for (accumulator, state) in zip(accumulators, states) {
            guard try accumulator.restore(state.tensors) else {
                throw CheckpointError.otherFit(
                    file: file,
                    message: "what it has gathered for the metric \(state.name.prefix(80)) has other shapes.")
            }
        }
    }
}
