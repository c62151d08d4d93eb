import Thaw

/// The chapter's pictures that no training is needed for.
enum BookPictures {
    /// Activation functions from -4 to 4.
    static var activations: [String] {
        let functions: [ActivationFunction] = [
            .relu, .leakyRelu, .elu, .selu, .gelu, .swish, .softplus, .hardSigmoid,
        ]
        return functions.compactMap { function in
            let x = (0...160).map { Double($0) / 20 - 4 }
            guard let y = try? Activation(function).values(at: x) else { return nil }
            return LineChart(
                title: function.name, x: ChartAxis("x", range: -4...4), y: ChartAxis("", range: -2...4),
                series: [.init("", Array(zip(x, y)).map { (x: $0.0, y: $0.1) })]
            ).svg
        }
    }

    /// Schedules over 25 epochs of the net S.
    static var schedules: [String] {
        let epoch = 1719
        let piecewise = PiecewiseConstantDecay(
            boundaries: [5 * epoch, 15 * epoch], values: [0.01, 0.005, 0.001])
        let schedules: [(String, any LearningRateSchedule)] = [
            ("power, row 12", .inverseTimeDecay(from: 0.01, steps: 1, rate: 1e-4)),
            ("exponential, rows 13, 14, 17", .exponentialDecay(from: 0.01, steps: 20 * epoch, rate: 0.1)),
            ("piecewise constant, row 15", piecewise),
            ("1cycle, row 19", .oneCycle(maximum: 0.05, steps: 25 * 430)),
        ]
        return schedules.map { title, schedule in
            schedule.svg(steps: title.hasPrefix("1cycle") ? 25 * 430 : 25 * epoch, title: title)
        }
    }
}

extension Activation {
    /// The function's values.
    fileprivate func values(at x: [Double]) throws -> [Double] {
        try Sequential([self]).predict(Tensor(shape: [x.count, 1], scalars: x)).doubles
    }
}
