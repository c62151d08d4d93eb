extension Optimizer {
    /// Sets `weightDecay` and returns the optimizer.
    ///
    /// - Parameters:
    ///   - rate: the share that is taken off at each step, times the learning rate.
    ///   - exclusions: parameters whose path contains one of these do not decay.
    @discardableResult public func decaying(_ rate: Double, except exclusions: [String] = []) -> Self {
        weightDecay = rate
        weightDecayExclusions = exclusions
        return self
    }

    /// Everything that updates depend on besides the learning rate and the state, as texts that are the same if it is.
    var settingTexts: [String: String] {
        var texts = settings.mapValues { "\($0)" }
        texts["clipping"] = clipping.map { "\($0)" } ?? "none"
        texts["weightDecay"] = "\(weightDecay ?? 0)"
        texts["weightDecayExclusions"] = "\(weightDecayExclusions)"
        if let weightAveraging {
            texts["weightAveraging.momentum"] = "\(weightAveraging.momentum)"
            texts["weightAveraging.overwriteEvery"] =
                weightAveraging.overwriteEvery.map { "\($0)" } ?? "nil"
        }
        return texts
    }
}
