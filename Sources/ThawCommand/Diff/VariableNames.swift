/// Names for the arrays of Keras 3's files of weights, which are numbered in each layer: `hidden/0` is what another file calls
/// `hidden/kernel`.
enum VariableNames {
    /// The order in which Keras numbers what a layer may have.
    private static let order = [
        "depthwise_kernel", "pointwise_kernel", "kernel", "recurrent_kernel", "embeddings", "alpha", "gamma",
        "beta", "bias", "moving_mean", "moving_variance",
    ]

    /// The entries, each numbered array called as another file calls it if that has as many for the layer.
    static func named(_ entries: [TensorFile.Entry], after others: [TensorFile.Entry]) -> [TensorFile.Entry] {
        let named = Dictionary(grouping: others.filter { $0.isParameter && number(of: $0) == nil }) {
            FileDifference.key(WeightsSummary.group(of: $0.name))
        }
        let counts = Dictionary(grouping: entries.filter { number(of: $0) != nil }) {
            WeightsSummary.group(of: $0.name)
        }.mapValues(\.count)
        return entries.map { entry in
            let group = WeightsSummary.group(of: entry.name)
            guard let number = number(of: entry), let layer = named[FileDifference.key(group)],
                layer.count == counts[group], number < layer.count
            else { return entry }
            var result = entry
            result.name = ordered(layer)[number].name
            return result
        }
    }

    /// The number of an array that has no other name: 0 for `layers/dense/vars/0`.
    private static func number(of entry: TensorFile.Entry) -> Int? {
        let parts = entry.path.split(separator: "/")
        guard parts.count > 2, parts[parts.count - 2] == "vars", let last = parts.last,
            entry.name.hasSuffix("/\(last)")
        else { return nil }
        return Int(last)
    }

    /// In Keras's order; in the file's where that is not known.
    private static func ordered(_ layer: [TensorFile.Entry]) -> [TensorFile.Entry] {
        let places = layer.map { entry in
            order.firstIndex { FileDifference.key(entry.name).hasSuffix("/\($0)") }
        }
        guard !places.contains(nil) else { return layer }
        return zip(layer, places.map { $0 ?? 0 }).sorted { $0.1 < $1.1 }.map(\.0)
    }
}
