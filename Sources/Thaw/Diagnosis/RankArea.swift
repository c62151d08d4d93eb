/// The mean area under the ROC curves of each class against the others.
///
/// An area is the share of pairs of a member and another sample that are in order, equal ones counting half (Mann and Whitney, 1947).
/// Members are few where classes are many, so each sample looks its place up among the members of every class; of hundreds of
/// classes, of about a hundred, evenly spread.
struct RankArea {
    /// The members' own scores for their class, sorted, class after class.
    private var members: [Float]
    /// Where each class's members begin; one more place than there are classes.
    private var starts: [Int]
    private let width: Int

    /// - Parameters:
    ///   - values: scores, `width` for each sample.
    ///   - labels: the class of each sample. With a width of 1 the score is for class 1.
    /// - Returns: nil where all samples are of one class, or a score is not a number.
    static func mean(_ values: [Float], _ labels: [Int], width: Int) -> Double? {
        guard !values.contains(where: \.isNaN) else { return nil }
        return RankArea(values, labels, width: width).mean(values, labels)
    }

    private init(_ values: [Float], _ labels: [Int], width: Int) {
        self.width = width
        var groups = [[Float]](repeating: [], count: width)
        for (row, label) in labels.enumerated() {
            guard let column = Self.column(of: label, width) else { continue }
            groups[column].append(values[row * width + column])
        }
        starts = groups.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.count) }
        members = groups.flatMap { $0.sorted() }
    }

    private static func column(of label: Int, _ width: Int) -> Int? {
        width == 1 ? (label == 1 ? 0 : nil) : (0..<width).contains(label) ? label : nil
    }

    private func mean(_ values: [Float], _ labels: [Int]) -> Double? {
        var ordered = [Double](repeating: 0, count: width)
        for (row, label) in labels.enumerated() {
            let own = Self.column(of: label, width)
            for column in stride(from: 0, to: width, by: max(1, width / 100)) where column != own {
                ordered[column] += membersInOrder(column, above: values[row * width + column])
            }
        }
        let areas = stride(from: 0, to: width, by: max(1, width / 100)).compactMap { column -> Double? in
            let count = starts[column + 1] - starts[column]
            let pairs = count * (labels.count - count)
            return pairs > 0 ? ordered[column] / Double(pairs) : nil
        }
        return areas.isEmpty ? nil : areas.reduce(0, +) / Double(areas.count)
    }

    /// How many of a class's members have a score above another sample's, equal ones counting half.
    private func membersInOrder(_ column: Int, above value: Float) -> Double {
        var (start, end) = (starts[column], starts[column + 1])
        let last = end
        while start < end {
            let middle = (start + end) / 2
            if members[middle] < value { start = middle + 1 } else { end = middle }
        }
        let notLess = start
        guard notLess < last, members[notLess] == value else { return Double(last - notLess) }
        end = last
        while start < end {
            let middle = (start + end) / 2
            if members[middle] <= value { start = middle + 1 } else { end = middle }
        }
        return Double(last - start) + Double(start - notLess) / 2
    }
}
