import Foundation
import Testing
import ThawTensor

@testable import Thaw

/// A thousand random sequences of freezing, thawing, training, measuring, predicting, saving, loading and cloning over random nested
/// models: what is frozen keeps its bits, what is trainable moves, and moving statistics do as the table of `BatchNormalization` says.
@Suite struct FrozenSequenceTests {
    /// How many are drawn: all with optimized code, for which they take seconds.
    static let count: Int = {
        var isOptimized = true
        assert(
            {
                isOptimized = false
                return true
            }())
        return isOptimized ? 1000 : 200
    }()

    @Test(arguments: 0..<8) func frozenMeansFrozen(part: Int) throws {
        for number in stride(from: part, to: Self.count, by: 8) {
            var sequence = try Sequence(seed: UInt64(number))
            do {
                for _ in 0..<8 { try sequence.act() }
                try sequence.finish()
            } catch {
                Issue.record("sequence \(number): \(sequence.actions.joined(separator: ", ")): \(error)")
            }
            for problem in sequence.problems {
                Issue.record("sequence \(number): \(sequence.actions.joined(separator: ", ")): \(problem)")
            }
        }
    }

    struct Sequence {
        private var generator: RandomStream
        private var model: Model
        private let pins: [String: Mode]
        private let data: Dataset
        /// Models that were cloned, with the values that they must keep.
        private var left: [(model: Model, values: [String: Tensor])] = []
        private(set) var actions: [String] = []
        private(set) var problems: [String] = []

        init(seed: UInt64) throws {
            generator = RandomStream(seed: seed)
            let made = try RandomNestedModel(using: &generator)
            (model, pins, data) = (made.model, made.pins, made.data)
        }

        private static func values(_ model: Model) -> [String: Tensor] {
            Dictionary(uniqueKeysWithValues: model.parameterPaths.map { ($0.path, $0.parameter.value) })
        }

        private mutating func expectSame(
            _ values: [String: Tensor], as before: [String: Tensor], _ why: String
        ) {
            for (path, value) in before where values[path]?.isBitwiseEqual(to: value) != true {
                problems.append("\(why): \(path)")
            }
        }

        mutating func act() throws {
            let leaves = model.leaves.filter { !($0 is Input) }
            let containers = model.layers.filter { !$0.leaves.isEmpty }
            let norms = leaves.compactMap { $0 as? BatchNormalization }
            switch Int.random(in: 0..<12, using: &generator) {
            case 0, 1:
                guard let layer = leaves.randomElement(using: &generator) else { return }
                actions.append("freeze \(layer.name)")
                layer.freeze()
            case 2:
                guard let layer = containers.randomElement(using: &generator) else { return }
                actions.append("freeze \(layer.name)")
                layer.freeze()
            case 3:
                guard let layer = leaves.randomElement(using: &generator) else { return }
                actions.append("unfreeze \(layer.name)")
                layer.unfreeze()
            case 4:
                guard let layer = containers.randomElement(using: &generator) else { return }
                actions.append("unfreeze \(layer.name)")
                layer.unfreeze()
            case 5:
                guard let layer = norms.randomElement(using: &generator) else { return }
                layer.statistics =
                    RandomNestedModel.statistics.randomElement(using: &generator) ?? .automatic
                actions.append("\(layer.name) \(layer.statistics)")
            case 6, 7: try fit()
            case 8:
                let mode: Mode = Bool.random(using: &generator) ? .training : .inference
                actions.append("evaluate \(mode)")
                let before = Self.values(model)
                try model.evaluate(data, mode: mode, verbosity: .silent)
                expectSame(Self.values(model), as: before, "evaluate wrote")
            case 9:
                actions.append("predict")
                let before = Self.values(model)
                _ = try model.predict(data)
                expectSame(Self.values(model), as: before, "predict wrote")
            case 10: try saveAndLoad()
            default: try clone()
            }
        }

        private mutating func fit() throws {
            actions.append("fit")
            let before = Self.values(model)
            let history = try model.fit(
                data, batchSize: Bool.random(using: &generator) ? 8 : 4,
                epochs: Int.random(in: 1...2, using: &generator), verbosity: .silent)
            let after = Self.values(model)
            var updated: [String] = []
            for (path, parameter) in model.parameterPaths {
                guard let layer = parameter.layer, let old = before[path], let new = after[path] else {
                    continue
                }
                let isSame = new.isBitwiseEqual(to: old)
                switch parameter.role {
                case .weight where !layer.isTrainable:
                    if !isSame { problems.append("frozen \(path) moved") }
                case .weight:
                    // Shifts before a normalization have no gradient.
                    let hasGradient = ["kernel", "gamma"].contains(parameter.name)
                    if isSame, hasGradient { problems.append("\(path) did not move") }
                case .statistic:
                    guard let norm = layer as? BatchNormalization else { continue }
                    let setting: Thaw.BatchNormalization.Statistics =
                        norm.statistics == .automatic
                        ? (norm.isTrainable ? .batchUpdating : .moving) : norm.statistics
                    let moves = setting == .batchUpdating && pins[norm.name] != .inference
                    if isSame == moves { problems.append("\(path) \(moves ? "did not move" : "moved")") }
                    if moves, !norm.isTrainable { updated.append(path) }
                }
            }
            guard let record = history.frozen else {
                if model.parameterPaths.contains(where: \.parameter.isFrozen) { problems.append("no record") }
                return
            }
            if record.after != model.frozenDigest { problems.append("another digest") }
            if record.updatedStatistics != updated.sorted() { problems.append("updated \(record)") }
            if record.isUnchanged != updated.isEmpty { problems.append("unchanged \(record)") }
        }

        private mutating func saveAndLoad() throws {
            actions.append("save and load")
            let folder = try TestFolder()
            try model.save(to: folder.file("model.keras"))
            let copy = try Model.load(from: folder.file("model.keras"))
            try expectAlike(copy, "loaded")
            model = copy
        }

        private mutating func clone() throws {
            actions.append("clone")
            let copy = try model.clone()
            try RandomNestedModel.compile(copy)
            // A clone begins anew.
            for (old, new) in zip(model.allParameters, copy.allParameters) { try new.assign(old.value) }
            try expectAlike(copy, "cloned")
            left.append((model, Self.values(model)))
            model = copy
        }

        private mutating func expectAlike(_ copy: Model, _ kind: String) throws {
            expectSame(Self.values(copy), as: Self.values(model), "\(kind) with other values")
            for (old, new) in zip(model.leaves, copy.leaves) {
                if old.name != new.name || old.isTrainable != new.isTrainable
                    || (old as? BatchNormalization)?.statistics != (new as? BatchNormalization)?.statistics
                {
                    problems.append("\(kind) \(new.name) is another")
                }
            }
            // A clone has other random numbers, which matter where a call pins training mode.
            let isRandom =
                kind == "cloned" && model.leaves.contains { $0 is Dropout && pins[$0.name] == .training }
            if try !isRandom && !copy.predict(data).isBitwiseEqual(to: model.predict(data)) {
                problems.append("\(kind) predicts otherwise")
            }
        }

        mutating func finish() throws {
            try fit()
            for (model, values) in left { expectSame(Self.values(model), as: values, "the original moved") }
            left = []
        }
    }
}
