extension LearningRateSchedule {
    /// The rate over the steps of a training as an SVG picture.
    ///
    /// - Parameters:
    ///   - steps: the number of steps, at least 1.
    ///   - title: the text above; nil is the schedule's type.
    public func svg(steps: Int, title: String? = nil) -> String {
        chart(steps: steps, title: title).svg
    }

    /// The chart that `svg(steps:title:)` draws. Of many steps it asks for some thousand.
    package func chart(steps: Int, title: String? = nil) -> LineChart {
        let last = max(1, steps) - 1
        let stride = max(1, last / 1000)
        var places = Array(Swift.stride(from: 0, through: last, by: stride))
        if places.last != last { places.append(last) }
        let points = places.map { (x: Double($0), y: rate(atStep: $0)) }
        return LineChart(
            title: title ?? "\(type(of: self))",
            x: ChartAxis("step", range: 0...Double(last), scale: .linear),
            y: ChartAxis("learning rate", range: ChartAxis.range(of: points.map(\.y), including: 0)),
            series: [LineChart.Series("", points)])
    }
}
