import ThawTensor

extension Dataset {
    /// The samples, each mixed with another one of the data set, inputs and targets alike (mixup, Zhang et al., 2018): `share * sample +
    /// (1 - share) * other`, with a share from the Beta distribution of `alpha` and `alpha`.
    ///
    /// Which other sample, and the share, are drawn anew in each epoch from a stream of the sample's own, as in ``map(random:)``. The
    /// other sample is any one of the data set as it is read, so that after a split no sample is mixed with one of the other part.
    /// It goes through the maps before this one as itself.
    ///
    /// ```swift
    /// let mixed = try train.mixedUp(alpha: 0.2, classes: 10)
    /// ```
    ///
    /// - Parameters:
    ///   - alpha: 0.2 mixes most samples little, 1 draws shares uniformly; above 0.
    ///   - classes: makes integer labels rows of so many numbers first; nil for targets that are such rows, or numbers. The
    ///     loss is then one for rows, such as `.categoricalCrossentropy`.
    /// - Throws: ``DatasetError/notMixable(operation:reason:)`` for settings out of range. Targets that do not fit throw when they
    ///   are read.
    public func mixedUp(alpha: Double = 0.2, classes: Int? = nil) throws -> Dataset {
        let mixing = try SampleMixing("mixedUp", alpha: alpha, classes: classes)
        return appending(
            .mixed { sample, other, stream in
                let share = stream.beta(alpha)
                return Sample(
                    inputs: zip(sample.inputs, other.inputs).map { mixing.blend($0, $1, share) },
                    targets: try mixing.targets(sample, other, share))
            })
    }

    /// The samples' images, each with a rectangle of another sample's image in it, and targets mixed as the areas are (CutMix, Yun et al.,
    /// 2019).
    ///
    /// The rectangle has the image's shape, and of its area the part `1 - share`, with a share from the Beta distribution of `alpha` and
    /// `alpha`; its middle lies anywhere, and what would lie outside is left out. All else is as in ``mixedUp(alpha:classes:)``.
    ///
    /// - Parameters:
    ///   - alpha: 1 draws shares uniformly; above 0.
    ///   - classes: makes integer labels rows of so many numbers first; nil for targets that are such rows, or numbers.
    /// - Throws: ``DatasetError/notMixable(operation:reason:)`` for settings out of range. Inputs that are no images `[h, w, c]`, and
    ///   targets that do not fit, throw when they are read.
    public func cutMixed(alpha: Double = 1, classes: Int? = nil) throws -> Dataset {
        let mixing = try SampleMixing("cutMixed", alpha: alpha, classes: classes)
        return appending(
            .mixed { sample, other, stream in
                guard sample.inputs.count == 1, sample.inputs[0].rank == 3,
                    other.inputs.map(\.shape) == sample.inputs.map(\.shape)
                else {
                    throw mixing.error(
                        "a sample is \(sample.summary) and another \(other.summary); both must have one image "
                            + "[height, width, channels] of the same size as input")
                }
                let wanted = stream.beta(alpha)
                let (image, share) = mixing.cut(sample.inputs[0], other.inputs[0], wanted, &stream)
                return Sample(inputs: [image], targets: try mixing.targets(sample, other, share))
            })
    }
}

/// What mixup and CutMix have in common.
private struct SampleMixing: Sendable {
    private let operation: String
    private let classes: Int?

    init(_ operation: String, alpha: Double, classes: Int?) throws {
        self.operation = operation
        self.classes = classes
        guard alpha > 0, alpha.isFinite else {
            throw error("alpha is \(alpha); it must be above 0, such as 0.2")
        }
        guard (classes ?? 2) > 0 else { throw error("there are \(classes ?? 0) classes; give at least 1") }
    }

    func error(_ reason: String) -> DatasetError {
        .notMixable(operation: operation, reason: reason)
    }

    func blend(_ first: Tensor, _ second: Tensor, _ share: Double) -> Tensor {
        first.cast(to: .float32) * share + second.cast(to: .float32) * (1 - share)
    }

    func targets(_ sample: Sample, _ other: Sample, _ share: Double) throws -> [Tensor] {
        guard sample.targets.map(\.shape) == other.targets.map(\.shape) else {
            throw error("a sample is \(sample.summary) and another \(other.summary); shapes must be equal")
        }
        return try zip(sample.targets, other.targets).map { first, second in
            blend(try row(first), try row(second), share)
        }
    }

    /// A target that can be mixed.
    private func row(_ target: Tensor) throws -> Tensor {
        guard let classes else {
            guard target.dtype.isFloatingPoint else {
                throw error(
                    "a target is \(target.dtype) \(target.shape), a label that cannot be mixed; give the number of "
                        + "classes")
            }
            return target
        }
        guard !target.dtype.isFloatingPoint, target.count == 1, (0..<classes).contains(target.ints[0]) else {
            throw error(
                "a target is \(target.dtype) \(target.shape); with classes: \(classes) it must be an integer label from 0 "
                    + "to \(classes - 1)")
        }
        let label = target.ints[0]
        return Tensor((0..<classes).map { $0 == label ? 1 : 0 } as [Float])
    }

    /// An image with a rectangle of another in it, and the share of its area that is its own.
    func cut(
        _ image: Tensor, _ other: Tensor, _ share: Double, _ stream: inout RandomStream
    ) -> (Tensor, Double) {
        let (height, width, channels) = (image.shape[0], image.shape[1], image.shape[2])
        func range(_ size: Int) -> Range<Int> {
            let length = (1 - share).squareRoot() * Double(size)
            let middle = Double(stream.uniform()) * Double(size)
            let (start, end) = (Int((middle - length / 2).rounded()), Int((middle + length / 2).rounded()))
            return max(0, min(start, size))..<max(0, min(max(start, end), size))
        }
        let (rows, columns) = (range(height), range(width))
        var pixels = image.cast(to: .float32).floats
        let others = other.cast(to: .float32).floats
        for row in rows {
            let part =
                (row * width + columns.lowerBound) * channels..<(row * width + columns.upperBound) * channels
            for index in part { pixels[index] = others[index] }
        }
        let area = Double(rows.count * columns.count) / Double(max(height * width, 1))
        return (Tensor(shape: image.shape, scalars: pixels), 1 - area)
    }
}
