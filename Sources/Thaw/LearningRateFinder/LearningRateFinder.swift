import Foundation

/// Finding a learning rate: training for a moment with a rate that grows from batch to batch, and looking at the loss (Smith
/// 2015, "Cyclical Learning Rates for Training Neural Networks").
///
/// `model.findLearningRate(on:)` does it and gives a `Result`.
public enum LearningRateFinder {
    /// The loss of each batch at its learning rate, and what follows from it.
    public struct Result: Sendable, Equatable {
        /// Why the search ended.
        public enum End: Sendable, Hashable {
            /// All batches were used.
            case completed
            /// The loss had become much higher than its best.
            case diverged
            /// The loss or a gradient was infinite or NaN.
            case nonFinite
            /// A callback set `model.stopTraining`.
            case stopped
        }

        /// The rate of each batch, growing by one factor.
        public let rates: [Double]
        /// The loss of each batch alone, penalties included, before its update; the last may be infinite or NaN.
        public let losses: [Double]
        /// Why the search ended.
        public let end: End

        /// The losses averaged over neighbouring batches, a fortieth of all on either side; NaN where none is finite.
        public var smoothedLosses: [Double] {
            let reach = reach
            return losses.indices.map { index in
                let window = losses[max(0, index - reach)...min(losses.count - 1, index + reach)]
                let finite = window.filter(\.isFinite)
                return finite.isEmpty ? .nan : finite.reduce(0, +) / Double(finite.count)
            }
        }

        /// The rate at which the loss begins to climb: the last whose smoothed loss is above the lowest by no more than a
        /// twentieth of the whole fall, so that it does not matter where on a plateau the lowest lies; nil if the loss never
        /// fell by more than its noise, or did not climb before the end.
        public var turningRate: Double? {
            guard let fall else { return nil }
            let (smoothed, lowest) = (fall.smoothed, fall.lowest)
            let limit = smoothed[lowest] + fall.height / 20
            guard let turning = smoothed.lastIndex(where: { $0 <= limit }) else { return nil }
            let last = losses.lastIndex { $0.isFinite } ?? 0
            if turning < last { return rates[turning] }
            // It climbed so fast that nothing shows beyond the limit.
            return end == .nonFinite || end == .diverged ? rates[lowest] : nil
        }

        /// The rate at which the smoothed loss falls most steeply over the logarithm of the rate; nil if it never falls
        /// by more than its noise.
        public var steepestRate: Double? {
            guard let fall else { return nil }
            let (smoothed, lowest) = (fall.smoothed, fall.lowest)
            func slope(_ index: Int) -> Double {
                let (before, after) = (max(0, index - 1), min(lowest, index + 1))
                // While gradients are gathered the rate stays.
                guard rates[after] > rates[before] else { return 0 }
                return (smoothed[after] - smoothed[before]) / log(rates[after] / rates[before])
            }
            let slopes = (0...lowest).map(slope)
            return slopes.indices.filter { slopes[$0] < 0 }.min { slopes[$0] < slopes[$1] }.map { rates[$0] }
        }

        /// A rate to train with: a tenth of the `turningRate`; nil if that is not known, for which `reasonForNoSuggestion` says
        /// why. For a schedule that begins low, such as 1cycle, half of the turning rate may serve as the maximum.
        public var suggestion: Double? { turningRate.map { $0 / 10 } }

        /// Why there is no suggestion, and what to do; nil if there is one.
        public var reasonForNoSuggestion: String? {
            guard suggestion == nil else { return nil }
            guard let last = losses.lastIndex(where: { $0.isFinite }).map({ rates[$0] }) else {
                return "no batch gave a finite loss."
            }
            guard fall != nil else {
                return
                    "the smoothed loss never fell by more than the noise of single batches; use larger batches or more of "
                    + "them (epochs:), or a model that has still something to learn."
            }
            return
                "the loss fell, and did not climb before the search ended at a rate of \(last); search further up (to:)."
        }
    }
}

extension LearningRateFinder.Result {
    /// The way of the smoothed loss down to its lowest.
    private struct Fall {
        let smoothed: [Double]
        let lowest: Int
        let height: Double
    }

    /// How many deviations a fall must have. Where losses differ by chance alone, normally or with a long tail, less than one
    /// search in a hundred has one of so many (30 to 1000 batches, simulated).
    private static let leastDeviations = 5.0
    /// The least number of batches that their noise is judged by.
    private static let leastBatches = 10

    /// The fall of the loss; nil if it is not more than batches differ by chance.
    private var fall: Fall? {
        let smoothed = smoothedLosses
        let finite = smoothed.indices.filter { smoothed[$0].isFinite }
        guard let lowest = finite.min(by: { smoothed[$0] < smoothed[$1] }),
            let top = finite.filter({ $0 <= lowest }).max(by: { smoothed[$0] < smoothed[$1] }), top < lowest
        else { return nil }
        // Neighbours differ by noise and hardly by the fall; by sqrt(2) times as much as a single batch from its mean.
        let neighbours = losses.indices.dropLast().prefix(max(lowest, Self.leastBatches))
            .map { losses[$0 + 1] - losses[$0] }.filter(\.isFinite)
        let squares = neighbours.reduce(0) { $0 + $1 * $1 }
        let variance = squares / Double(2 * max(1, neighbours.count))
        func share(_ index: Int) -> Double {
            let window = losses[max(0, index - reach)...min(losses.count - 1, index + reach)]
            return 1 / Double(window.filter(\.isFinite).count)
        }
        let deviation = (variance * (share(top) + share(lowest))).squareRoot()
        let height = smoothed[top] - smoothed[lowest]
        guard height > Self.leastDeviations * deviation else { return nil }
        return Fall(smoothed: smoothed, lowest: lowest, height: height)
    }

    /// How many batches on either side a loss is smoothed over.
    private var reach: Int { max(1, losses.count / 40) }
}

extension LearningRateFinder.Result {
    /// The losses over the learning rate, on a logarithmic axis, as an SVG picture: single batches, smoothed, and the rates that
    /// follow from them. What diverged is cut off.
    public func svg(title: String = "Loss by learning rate") -> String { chart(title: title).svg }

    /// The chart that `svg(title:)` draws.
    package func chart(title: String = "Loss by learning rate") -> LineChart {
        let finite = losses.filter(\.isFinite)
        let (low, first) = (finite.min() ?? 0, smoothedLosses.first ?? 0)
        let ceiling = max(first + (first - low) / 2, low)
        var chart = LineChart(
            title: title,
            x: ChartAxis(
                "learning rate", range: (rates.first ?? 1)...(rates.last ?? 1), scale: .logarithmic),
            y: ChartAxis("loss", range: ChartAxis.range(of: [low, ceiling.isFinite ? ceiling : low])),
            series: [
                LineChart.Series("each batch", Array(zip(rates, losses)), strokeWidth: 1),
                LineChart.Series("smoothed", Array(zip(rates, smoothedLosses))),
            ])
        let places = [("suggested", suggestion), ("climbs", turningRate)]
        chart.marks = places.compactMap { text, rate in
            rate.map { ($0, "\(text) \(String(format: "%.2g", $0))") }
        }
        (chart.width, chart.height) = (560, 320)
        return chart
    }
}
