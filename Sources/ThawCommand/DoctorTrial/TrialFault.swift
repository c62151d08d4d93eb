import Thaw

/// What goes wrong in a trial, with its numbers.
enum TrialFault: Codable, Equatable {
    /// A part trained on the source is frozen, runs on batch statistics, and a new head learns another domain. Where the setting is
    /// forgotten, the model is as a file of Keras holds it, which has no place for that.
    case frozenOnBatch(domain: TrialDomain.Kind, updating: Bool, isForgotten: Bool)
    /// Trained on the source, and now given another domain; or frozen on the source, with a head that learnt the other domain.
    case otherDomain(TrialDomain.Kind, trainsHead: Bool)
    /// Too few updates for the momentum.
    case notConverged(momentum: Double, steps: Int)
    /// Trained on very small batches.
    case smallBatch(Int)
    /// Other scaling than in training.
    case preprocessing(trained: InputScaling, given: InputScaling)
    /// Much is dropped in training.
    case dropout(rate: Double)
    /// No fault; perhaps with a little dropout, or a frozen part.
    case healthy(dropout: Double, isFrozen: Bool)

    /// How inputs are scaled before a network sees them.
    enum InputScaling: String, Codable, CaseIterable {
        /// Images from 0 to 1, and features in their units.
        case natural
        /// Images from -1 to 1.
        case signed
        /// Images with mean 0 and deviation 1, roughly.
        case standard
        /// Images from 0 to 255.
        case bytes
        /// Divided by 255 once more.
        case dividedTwice
        /// Features in units a hundred times as small.
        case hundredfold

        static let ofImages: [InputScaling] = [.natural, .signed, .standard, .bytes, .dividedTwice]
        static let ofVectors: [InputScaling] = [.natural, .dividedTwice, .hundredfold]

        func applied(_ x: Tensor) -> Tensor {
            switch self {
            case .natural: x
            case .signed: x * 2 - 1
            case .standard: (x - 0.5) / 0.2
            case .bytes: x * 255
            case .dividedTwice: x / 255
            case .hundredfold: x * 100
            }
        }
    }

    /// What the doctor should say.
    var cause: DiagnosisCause {
        switch self {
        case .frozenOnBatch: .frozenOnBatchStatistics
        case .otherDomain: .otherDomain
        case .notConverged: .notConverged
        case .smallBatch: .batchTooSmall
        case .preprocessing: .preprocessing
        case .dropout: .dropout
        case .healthy: .nothingWrong
        }
    }

    /// Draws the numbers of a fault.
    static func drawn(_ cause: DiagnosisCause, for task: TrialTask, _ stream: inout RandomStream)
        -> TrialFault
    {
        func pick<Element>(_ choices: [Element]) -> Element { choices[stream.int(in: 0..<choices.count)] }
        let domain = pick([TrialDomain.Kind.noise, .cast, .fog])
        switch cause {
        case .frozenOnBatchStatistics:
            // An updating layer comes to fit the data, so that only the setting tells.
            let updating = pick([false, false, true])
            return .frozenOnBatch(
                domain: domain, updating: updating, isForgotten: !updating && pick([false, true]))
        case .otherDomain: return .otherDomain(domain, trainsHead: pick([false, false, true]))
        case .notConverged:
            let momentum = pick([0.9, 0.99, 0.99, 0.999])
            let steps = Double(3 + stream.int(in: 0..<6)) / (10 * (1 - momentum))
            return .notConverged(momentum: momentum, steps: max(2, Int(steps.rounded())))
        case .batchTooSmall: return .smallBatch(task.isOfImages ? pick([1, 2, 2, 3]) : pick([2, 2, 3, 4]))
        case .preprocessing:
            let all = task.isOfImages ? InputScaling.ofImages : InputScaling.ofVectors
            let trained = pick(task.isOfImages ? [InputScaling.natural, .signed, .standard] : [.natural])
            return .preprocessing(trained: trained, given: pick(all.filter { $0 != trained }))
        case .dropout: return .dropout(rate: pick([0.7, 0.8, 0.9]))
        case .nothingWrong:
            return .healthy(dropout: pick([0, 0, 0.1, 0.2, 0.3]), isFrozen: pick([false, false, true]))
        }
    }
}
