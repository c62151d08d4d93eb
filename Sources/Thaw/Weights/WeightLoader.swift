import Foundation
import ThawFormats
import ThawTensor

/// Loads a file of weights into a layer: everything is decided and read before anything is changed.
struct WeightLoader {
    let root: Layer
    let targets: [WeightTarget]
    let matching: WeightMatching
    let isStrict: Bool
    let skipsMismatch: Bool
    let mapping: WeightMapping

    func load(_ url: URL) throws -> WeightReport {
        try mapping.normalization.check(call: "loadWeights")
        return try load(StoredWeights.open(url))
    }

    @discardableResult
    func load(_ file: StoredWeights) throws -> WeightReport {
        var stored = file
        try apply(mapping.convention, to: &stored)
        stored.leaveOut(renaming: mapping.rename)
        let planner = WeightPlanner(root: root, targets: targets, stored: stored, mapping: mapping)
        let plan = try planner.plan(matching)
        let outcome = plan.outcome(targets, stored)
        try check(outcome, stored)

        let values = try outcome.loaded.map { place, entry in
            (place, entry, try value(stored.weights[entry], targets[place], plan.layouts[place]))
        }
        var loaded: [WeightReport.Loaded] = []
        for (place, entry, value) in values {
            try targets[place].parameter.assign(value)
            loaded.append(
                WeightReport.Loaded(
                    parameter: targets[place].path, entry: stored.weights[entry].name,
                    nanCount: Self.nanCount(value)))
        }
        var report = WeightReport(
            file: stored.file, model: root.name, format: stored.format, matching: plan.matching,
            loaded: loaded, skipped: outcome.skipped, unused: outcome.unused, ignored: stored.ignored,
            notes: [])
        if matching == .automatic, plan.matching == .order, case .torch = stored.structure {
            report.notes.append(
                "names differ, so arrays were taken in order, as their shapes allow; check what the model computes."
            )
        }
        report.notes += notes(outcome, stored)
        return report
    }

    private func apply(_ convention: WeightMapping.Convention, to stored: inout StoredWeights) throws {
        guard convention == .torch else { return }
        switch stored.structure {
        case .paths(let isOrdered): stored.structure = .torch(isOrdered: isOrdered)
        case .torch: break
        case .variables, .layers:
            throw TrainingError.invalidArgument(
                "loadWeights: \(stored.file) is \(stored.format) and has none of PyTorch's layouts; give no mapping, or .renaming."
            )
        }
    }

    private func check(_ outcome: WeightPlan.Outcome, _ stored: StoredWeights) throws {
        let isRefused =
            isStrict && !(outcome.missing.isEmpty && outcome.unused.isEmpty)
            || !skipsMismatch && !outcome.mismatched.isEmpty
        // To load nothing is never what was meant.
        guard isRefused || outcome.loaded.isEmpty && !targets.isEmpty else { return }
        throw WeightFileError(
            file: stored.file, model: root.name, missing: outcome.missing.map(\.parameter),
            unexpected: outcome.unused, mismatched: outcome.mismatched.map(\.text))
    }

    private func value(
        _ weight: StoredWeight, _ target: WeightTarget, _ layout: TorchLayout
    ) throws -> Tensor {
        let tensor = layout.read(try weight.read(), as: target.parameter.shape).cast(to: .float32)
        // A file may say one thing and hold another.
        try target.parameter.check(tensor)
        return tensor
    }

    private static func nanCount(_ tensor: Tensor) -> Int {
        tensor.withUnsafeBufferPointer(as: Float.self) { elements in
            elements.reduce(0) { $0 + ($1.isNaN ? 1 : 0) }
        }
    }

    // MARK: - Normalization

    /// Takes over what the file or the caller says about normalization layers, and says so.
    private func notes(_ outcome: WeightPlan.Outcome, _ stored: StoredWeights) -> [String] {
        var notes: [String] = []
        var others: [String] = []
        var seen: Set<ObjectIdentifier> = []
        for (place, entry) in outcome.loaded {
            guard let layer = targets[place].layer as? any NormalizationLayer,
                seen.insert(ObjectIdentifier(layer)).inserted
            else { continue }
            let path = targets[place].layerPath
            let name = path.isEmpty ? layer.name : path
            var settings =
                stored.weights[entry].layer.flatMap { stored.settings[$0] } ?? mapping.normalization
            settings.epsilon = mapping.normalization.epsilon ?? settings.epsilon
            settings.momentum = mapping.normalization.momentum ?? settings.momentum
            if let change = layer.take(settings, named: name) {
                let source = stored.settings.isEmpty ? "the mapping" : "the file"
                notes.append("\(change), as \(source) says.")
            }
            if case .torch = stored.structure, mapping.normalization.epsilon == nil,
                layer.epsilon != NormalizationSettings.torchEpsilon
            {
                others.append("\(name) (\(layer.epsilon))")
            }
        }
        if !others.isEmpty {
            notes.append(
                "PyTorch normalizes with the epsilon \(NormalizationSettings.torchEpsilon) unless its program says otherwise; "
                    + "another one have \(WeightFileError.list(others)). If that is not meant, load with "
                    + "mapping: .torch(epsilon: 1e-5, momentum: 0.9); PyTorch's momentum of 0.1 is 0.9 here.")
        }
        return notes
    }
}
