import ThawTensor

extension Dataset {
    /// The first `maximum` samples, or all when there are fewer.
    public func prefix(_ maximum: Int) -> Dataset {
        selecting(rows.slice(0..<clamped(maximum)))
    }

    /// All samples but the first `number`; none when there are fewer.
    public func dropFirst(_ number: Int = 1) -> Dataset {
        selecting(rows.slice(clamped(number)..<count))
    }

    /// The last `maximum` samples, or all when there are fewer.
    public func suffix(_ maximum: Int) -> Dataset {
        selecting(rows.slice(count - clamped(maximum)..<count))
    }

    /// All samples but the last `number`; none when there are fewer.
    public func dropLast(_ number: Int = 1) -> Dataset {
        selecting(rows.slice(0..<count - clamped(number)))
    }

    /// The samples at the given positions, in the given order. A position may be named more than once: this
    /// is a bootstrap.
    ///
    /// - Throws: ``DatasetError/positionOutOfRange(_:count:)``.
    public func subset(_ positions: [Int]) throws -> Dataset {
        for position in positions where !(0..<count).contains(position) {
            throw DatasetError.positionOutOfRange(position, count: count)
        }
        return selecting(rows.pick(positions))
    }

    /// The samples for which `isIncluded` holds, in order.
    ///
    /// - Parameter isIncluded: is given the position and the sample, before any map.
    public func filter(_ isIncluded: (_ position: Int, _ sample: Sample) throws -> Bool) rethrows -> Dataset {
        selecting(rows.pick(try (0..<count).filter { try isIncluded($0, columns.sample(row: rows[$0])) }))
    }

    /// The samples whose integer label, the only element of the first target, `isIncluded` accepts, in order.
    ///
    /// ```swift
    /// let withoutShoes = try train.filter(byLabel: { $0 != 5 && $0 != 7 && $0 != 9 })
    /// ```
    ///
    /// - Throws: ``DatasetError/unexpectedColumns(operation:inputs:targets:)`` without a target of one number
    ///   per sample, and what `isIncluded` throws.
    public func filter(byLabel isIncluded: (_ label: Int) throws -> Bool) throws -> Dataset {
        guard let first = columns.targets.first, first.count == columns.count else {
            throw DatasetError.unexpectedColumns(
                operation: "filter(byLabel:)", inputs: columns.inputs.count, targets: columns.targets.count)
        }
        let labels = rows.gather(first).ints
        return selecting(rows.pick(try labels.indices.filter { try isIncluded(labels[$0]) }))
    }

    /// The samples in random order: another order for each seed, the same one each time.
    public func shuffled(seed: UInt64) -> Dataset {
        selecting(rows.pick(order(seed: seed, epoch: 0)))
    }

    /// Two data sets that have all samples between them.
    ///
    /// - Parameters:
    ///   - fraction: how much of the data goes to the first, 0 to 1; rounded to a whole number of samples.
    ///   - seed: shuffles before the split; without it the first samples are the first data set.
    /// - Throws: ``DatasetError/invalidFraction(_:)``.
    public func split(fraction: Double, seed: UInt64? = nil) throws -> (first: Dataset, second: Dataset) {
        guard fraction >= 0 && fraction <= 1 else { throw DatasetError.invalidFraction(fraction) }
        let source = seed.map(shuffled) ?? self
        let number = Int((Double(count) * fraction).rounded())
        return (source.prefix(number), source.dropFirst(number))
    }

    /// The positions of all samples, in the order of an epoch.
    ///
    /// - Parameter seed: shuffles, differently in each epoch; `nil` keeps the order.
    func order(seed: UInt64?, epoch: Int) -> [Int] {
        guard let seed else { return Array(0..<count) }
        var stream = RandomStream(seed: seed).derived("shuffle").derived(UInt64(bitPattern: Int64(epoch)))
        return stream.permutation(count)
    }

    private func clamped(_ number: Int) -> Int { min(max(number, 0), count) }

    private func selecting(_ rows: RowSelection) -> Dataset {
        var result = self
        result.rows = rows
        return result
    }
}
