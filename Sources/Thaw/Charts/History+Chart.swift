extension History {
    /// The curves over the epochs as one SVG picture: a chart for each quantity, training and validation in it together.
    ///
    /// - Parameter metrics: which, without `val_`: `["loss", "accuracy"]`; nil draws all. Names that were not recorded are
    ///   left out.
    public func svg(_ metrics: [String]? = nil) -> String {
        LineChart.grid(charts(metrics))
    }

    /// The charts that `svg(_:)` puts together.
    package func charts(_ metrics: [String]? = nil) -> [LineChart] {
        let bases = names.map { $0.hasPrefix("val_") ? String($0.dropFirst(4)) : $0 }
        let all = bases.enumerated().filter { bases.firstIndex(of: $0.element) == $0.offset }.map(\.element)
        return (metrics ?? all).compactMap { name in
            let lines = [("training", name), ("validation", "val_\(name)")].filter { values[$0.1] != nil }
            guard !lines.isEmpty else { return nil }
            let numbers = epochs.map { Double($0 + 1) }
            let isAlone = lines.count == 1 && values[name] != nil
            return LineChart(
                title: name,
                x: ChartAxis("epoch", range: (numbers.first ?? 1)...(numbers.last ?? 1), scale: .whole),
                y: ChartAxis(name, range: ChartAxis.range(of: lines.flatMap { self[$0.1] })),
                series: lines.map { label, key in
                    LineChart.Series(
                        isAlone ? "" : label, Array(zip(numbers, self[key])), hasDots: epochs.count <= 50)
                })
        }
    }
}
