import Foundation
import Thaw

extension BookRow {
    /// Rows 12 to 19: learning-rate schedules on the same net.
    static let scheduleRows: [BookRow] = [
        BookRow(
            12, "S, SGD .01 with power schedule (decay 1e-4)", milliseconds: 1,
            bands: Spread.annealed.both((0.2104, 0.9250), (0.3225, 0.8924))
        ) { session in
            try session.trainS(.sgd(learningRate: .inverseTimeDecay(from: 0.01, steps: 1, rate: 1e-4)))
        },
        BookRow(
            13, "S, Nadam, per epoch .01 x 0.1^(epoch/20)", milliseconds: 2,
            bands: Spread.restless.both((0.1308, 0.9560), (0.5699, 0.8928))
        ) { session in
            try session.trainS(
                .nadam(), callbacks: [LearningRateScheduler { epoch in 0.01 * pow(0.1, Double(epoch) / 20) }])
        },
        BookRow(
            14, "S, Nadam .01, a callback lowers the rate after each batch, s = 20 epochs", milliseconds: 3,
            bands: Spread.restless.both((0.1447, 0.9569), (0.5833, 0.8880))
        ) { session in
            let steps = Double(20 * 55_000 / 32)
            return try session.trainS(
                .nadam(learningRate: 0.01), callbacks: [RateDecay(factor: pow(0.1, 1 / steps))])
        },
        BookRow(
            15, "S, Nadam, piecewise constant: .01 to epoch 5, .005 to 15, .001", milliseconds: 2,
            bands: Spread.restless.both((0.2005, 0.9350), (0.5533, 0.8868))
        ) { session in
            let schedule = LearningRateScheduler { epoch in epoch < 5 ? 0.01 : epoch < 15 ? 0.005 : 0.001 }
            return try session.trainS(.nadam(), callbacks: [schedule])
        },
        BookRow(
            16, "S, SGD .02 momentum .9, ReduceLROnPlateau(factor .5, patience 5)", milliseconds: 1,
            bands: Spread.restless.both((0.0683, 0.9752), (0.5241, 0.8936))
        ) { session in
            try session.trainS(
                .sgd(learningRate: 0.02, momentum: 0.9),
                callbacks: [ReduceLROnPlateau(factor: 0.5, patience: 5)])
        },
        BookRow(
            17, "S, SGD with ExponentialDecay(.01, 20 epochs of steps, .1)", milliseconds: 1,
            bands: Spread.annealed.both((0.2224, 0.9229), (0.3164, 0.8904))
        ) { session in
            try session.trainS(
                .sgd(learningRate: .exponentialDecay(from: 0.01, steps: 20 * 55_000 / 32, rate: 0.1)))
        },
        BookRow(
            18, "learning-rate finder: SELU 300-100, SGD, 1e-5 to 10, batch 128, 1 epoch",
            bands: Band.search(steps: 430)
        ) { session in
            let parts = try session.images.standardizedFashionMNIST.get()
            return try session.findRate(
                BookSession.selu([300, 100], seed: session.seed), on: parts.train,
                title: "row 18: loss by learning rate")
        },
        BookRow(
            19, "S, SGD, 1cycle with maximum .05, batch 128", milliseconds: 2,
            bands: Spread.annealed.both((0.1610, 0.9462), (0.3170, 0.8934))
        ) { session in
            try session.trainS(
                .sgd(learningRate: .oneCycle(maximum: 0.05, steps: 25 * 430)), batchSize: 128)
        },
    ]
}

extension BookSession {
    /// Flatten, SELU layers with LeCun-normal kernels, softmax.
    static func selu(_ units: [Int], inputShape: [Int] = [28, 28], seed: UInt64) -> Sequential {
        Sequential(seed: seed) {
            Flatten(inputShape: inputShape)
            for units in units { Dense(units, activation: .selu, kernelInitializer: .lecunNormal) }
            Dense(10, activation: .softmax)
        }
    }

    /// The net S: 300 and 100 units, standardised images, 25 epochs.
    fileprivate func trainS(
        _ optimizer: Optimizer, batchSize: Int = 32, callbacks: [Callback] = []
    ) throws -> RowRun {
        let model = Self.selu([300, 100], seed: seed)
        try model.compile(
            optimizer: optimizer, loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let parts = try images.standardizedFashionMNIST.get()
        return try fit(
            model, parts.train, epochs: 25, batchSize: batchSize, validation: parts.validation,
            callbacks: callbacks)
    }

    /// Runs the learning-rate finder to its end, batch 128, and records where it led.
    func findRate(_ model: Sequential, on data: Dataset, title: String) throws -> RowRun {
        try model.compile(
            optimizer: .sgd(learningRate: 1e-3), loss: .sparseCategoricalCrossentropy, metrics: [.accuracy])
        let start = ContinuousClock.now
        let found = try model.findLearningRate(
            on: data, from: 1e-5, to: 10, batchSize: 128, divergenceFactor: .infinity)
        var run = RowRun()
        run.stepsPerEpoch = found.losses.count
        run.values["steps"] = Double(found.losses.count)
        let best = found.losses.filter(\.isFinite).min() ?? .nan
        let last = found.losses.last ?? .nan
        run.values["last loss over best"] = last.isFinite ? last / best : .infinity
        run.values["suggested rate"] = found.suggestion
        run.millisecondsPerStep =
            1000 * ((ContinuousClock.now - start) / .seconds(1)) / Double(max(1, found.losses.count))
        run.charts = [found.chart(title: title)]
        if let suggestion = found.suggestion {
            run.notes = ["The finder suggests a rate of \(String(format: "%.2g", suggestion))."]
        }
        return run
    }
}
