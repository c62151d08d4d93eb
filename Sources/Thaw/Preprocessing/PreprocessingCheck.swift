import ThawTensor

/// Looks at a few images before a call, and refuses what has plainly been preprocessed twice or not at all. What may be meant passes.
struct PreprocessingCheck {
    /// How many samples are looked at: of tensors, and of mapped data, where each costs what its maps cost.
    static let (plainSamples, mappedSamples) = (32, 4)

    let preprocessing: Preprocessing

    /// - Throws: `PreprocessingError`, and what the maps of the data throw.
    static func check(_ data: Dataset, for model: Model, call: String) throws {
        guard let preprocessing = model.preprocessing, !data.isEmpty else { return }
        let count = min(data.count, data.isMapped ? mappedSamples : plainSamples)
        // From all parts of the data, which may be sorted.
        let positions = (0..<count).map { $0 * data.count / count }
        let batch = try data.batch(positions[...], seed: model.seed, epoch: 0)
        guard let images = batch.inputs.first, images.rank >= 4, let seen = ValuesSeen(images) else { return }
        guard let kind = PreprocessingCheck(preprocessing: preprocessing).fault(seen) else { return }
        throw PreprocessingError(
            call: call, model: model.name, kind: kind, preprocessing: preprocessing, range: seen.range)
    }

    /// What is plainly wrong; nil if nothing is.
    func fault(_ seen: ValuesSeen) -> PreprocessingError.Kind? {
        preprocessing == .rawPixels ? faultOfRawPixels(seen) : faultOfPrepared(seen)
    }

    private func faultOfPrepared(_ seen: ValuesSeen) -> PreprocessingError.Kind? {
        let (range, twice) = (preprocessing.range, preprocessing.rangeOfTwice)
        let width = range.upperBound - range.lowerBound
        let tolerance = 1e-4 * width
        if seen.least >= 0 {
            // A ReLU's output, or another standardization, may exceed the range somewhat; pixels exceed it by far, or are whole.
            let limit = max(abs(range.lowerBound), abs(range.upperBound))
            let most = width > 100 ? range.upperBound + 1 : 4 * limit
            let isWhole = seen.isWhole && seen.greatest > 1
            return seen.isInteger || seen.greatest > most || isWhole ? .notPreprocessed : nil
        }
        // Prepared once, no value lies below the range; the second time, every dark pixel's does.
        let isTwice =
            seen.least < range.lowerBound - tolerance && seen.least >= twice.lowerBound - tolerance
            && seen.greatest <= twice.upperBound + tolerance
        return isTwice ? .preprocessedTwice : nil
    }

    private func faultOfRawPixels(_ seen: ValuesSeen) -> PreprocessingError.Kind? {
        guard !seen.isInteger else { return nil }
        if seen.least >= 0 { return seen.greatest <= 1 && !seen.isWhole ? .alreadyScaled : nil }
        let others: [Preprocessing] = [.tensorFlow, .torch, .caffe]
        let isPrepared = others.contains { other in
            let range = other.range
            let tolerance = 1e-4 * (range.upperBound - range.lowerBound)
            // Noise may make pixels somewhat negative.
            let isFar = range.upperBound < 100 || seen.least < -16
            return isFar && seen.least >= range.lowerBound - tolerance
                && seen.greatest <= range.upperBound + tolerance
        }
        return isPrepared ? .alreadyScaled : nil
    }
}

/// What is known of the values in some images.
struct ValuesSeen {
    var least: Double
    var greatest: Double
    /// Whether every value is a whole number.
    var isWhole: Bool
    /// Whether the images are stored as integers.
    var isInteger: Bool

    var range: ClosedRange<Double> { least...greatest }
}

extension ValuesSeen {
    /// Nil if no value is finite.
    init?(_ images: Tensor) {
        var (least, greatest) = (Float.infinity, -Float.infinity)
        var isWhole = true
        images.cast(to: .float32).withUnsafeBufferPointer(as: Float.self) { values in
            for value in values where value.isFinite {
                least = min(least, value)
                greatest = max(greatest, value)
                isWhole = isWhole && value == value.rounded(.towardZero)
            }
        }
        guard least <= greatest else { return nil }
        self.init(
            least: Double(least), greatest: Double(greatest), isWhole: isWhole,
            isInteger: !images.dtype.isFloatingPoint)
    }
}
