import Thaw

/// Takes the steps of a case and checks what must hold after each.
final class ConformanceRun {
    /// Two results agree when `max|a - b|` is at most this share of `max|b|`, and differ visibly above the other.
    private static let close = 1e-5
    private static let visible = 1e-3

    /// What a case showed, in the words of the results' files.
    enum Outcome: Equatable {
        case holds
        case fails(String)
        case notApplicable(String)
    }

    private let description: ConformanceCase
    private let model: ConformanceModel
    private let folder: TestFolder
    private var parameters: [String: [String: Tensor]] = [:]
    private var outputs: [String: [Double]] = [:]
    private var losses: [String: Double] = [:]

    private init(_ description: ConformanceCase, damage: ConformanceModel.Damage?) throws {
        self.description = description
        model = try ConformanceModel(description, damage: damage)
        folder = try TestFolder()
        parameters["start"] = model.parameters
    }

    static func outcome(
        of description: ConformanceCase, damage: ConformanceModel.Damage? = nil
    ) throws -> Outcome {
        try Runtime.$engine.withValue(TestEngine.current) {
            do {
                try ConformanceRun(description, damage: damage).run()
                return .holds
            } catch let failure as ConformanceFailure {
                return .fails(failure.description)
            } catch let reason as ConformanceNotApplicable {
                return .notApplicable(reason.reason)
            }
        }
    }

    private func run() throws {
        for (index, step) in description.steps.enumerated() {
            let (output, loss) = try take(step)
            let now = model.parameters
            for expectation in step.expect ?? [] {
                do {
                    try check(expectation, now: now, output: output?.doubles ?? [], loss: loss ?? .nan)
                } catch let failure as ConformanceFailure {
                    throw ConformanceFailure("step \(index + 1) (\(step.action.rawValue)): \(failure)")
                }
            }
            if let name = step.name {
                (parameters[name], outputs[name], losses[name]) = (now, output?.doubles, loss)
            }
        }
    }

    private func take(_ step: ConformanceCase.Step) throws -> (output: Tensor?, loss: Double?) {
        switch step.action {
        case .compile: try model.compile(keepingOptimizer: step.optimizer == "kept")
        case .freeze: try model.freeze(step.layer ?? "")
        case .unfreeze:
            try model.unfreeze(
                step.layer ?? "", keepingNormalizationFrozen: step.keepingNormalizationFrozen ?? false)
        case .train:
            return (nil, try model.train(batch(of: step), samples: step.samples, steps: step.steps ?? 1))
        case .predict:
            let x = try batch(of: step).x.samples(step.samples).tensor
            return (try model.predict(x, mode: step.mode == "training" ? .training : .inference), nil)
        case .evaluate: return (nil, try model.evaluate(batch(of: step), samples: step.samples))
        case .save: try model.save(to: folder)
        case .load: try model.load(from: folder)
        }
        return (nil, nil)
    }

    private func batch(of step: ConformanceCase.Step) throws -> ConformanceCase.Batch {
        guard let batch = description.data[step.data ?? ""] else {
            throw ConformanceFailure("the case has no data \(step.data ?? "")")
        }
        return batch
    }

    private func check(
        _ expectation: ConformanceExpectation, now: [String: Tensor], output: [Double], loss: Double
    ) throws {
        switch expectation {
        case .unchanged(let names, let since):
            for (path, value, before) in try pairs(names, now, since) where !value.isBitwiseEqual(to: before)
            {
                throw ConformanceFailure("\(path) changed since \(since)")
            }
        case .changed(let names, let since):
            for (path, value, before) in try pairs(names, now, since) where value.isBitwiseEqual(to: before) {
                throw ConformanceFailure("\(path) did not change since \(since)")
            }
        case .movedAtMost(let names, let since, let limit):
            for (path, value, before) in try pairs(names, now, since) {
                let step = (value - before).abs().max().item
                guard step <= limit else {
                    throw ConformanceFailure("\(path) moved by \(step) since \(since)")
                }
            }
        case .parametersAre(let values):
            for (path, expected) in values {
                guard let value = now[path] else { throw ConformanceFailure("there is no \(path)") }
                try expectClose(value.doubles, expected.values, path)
            }
        case .outputIs(let expected): try expectClose(output, expected.values, "output")
        case .outputCloseTo(let name, let samples):
            var other = outputs[name] ?? []
            if let samples {
                let size = output.count / samples.count
                other = samples.flatMap { other[$0 * size..<($0 + 1) * size] }
            }
            try expectClose(output, other, "output")
        case .outputDiffers(let name): try expectVisible(output, outputs[name] ?? [], "output")
        case .lossCloseTo(let name): try expectClose([loss], [losses[name] ?? .nan], "loss")
        case .lossDiffers(let name): try expectVisible([loss], [losses[name] ?? .nan], "loss")
        case .trainable(let names):
            let expected = Set(try expand(names, now))
            guard model.trainable == expected else {
                throw ConformanceFailure(
                    "trainable are \(model.trainable.sorted()), expected \(expected.sorted())")
            }
        }
    }

    /// Parameters that are meant, with their values now and then.
    private func pairs(
        _ names: [String], _ now: [String: Tensor], _ since: String
    ) throws -> [(path: String, value: Tensor, before: Tensor)] {
        try expand(names, now).map { path in
            guard let value = now[path], let before = parameters[since]?[path] else {
                throw ConformanceFailure("\(path) was not there at \(since)")
            }
            return (path, value, before)
        }
    }

    /// The parameters of these paths, or inside these layers.
    private func expand(_ names: [String], _ now: [String: Tensor]) throws -> [String] {
        try names.flatMap { name in
            let found = now.keys.filter { $0 == name || $0.hasPrefix(name + "/") }.sorted()
            guard !found.isEmpty else { throw ConformanceFailure("there is no \(name)") }
            return found
        }
    }

    private func deviation(_ values: [Double], _ reference: [Double]) -> Double {
        guard values.count == reference.count else { return .infinity }
        let scale = reference.map { abs($0) }.max() ?? 0
        let worst = zip(values, reference).map { abs($0 - $1) }.max() ?? 0
        return scale > 0 ? worst / scale : worst == 0 ? 0 : .infinity
    }

    private func expectClose(_ values: [Double], _ reference: [Double], _ what: String) throws {
        let share = deviation(values, reference)
        guard share <= Self.close else {
            throw ConformanceFailure(
                "\(what) differs by \(share) of the largest: \(values), not \(reference)")
        }
    }

    private func expectVisible(_ values: [Double], _ reference: [Double], _ what: String) throws {
        guard deviation(values, reference) > Self.visible else {
            throw ConformanceFailure("\(what) is the same: \(values)")
        }
    }
}
