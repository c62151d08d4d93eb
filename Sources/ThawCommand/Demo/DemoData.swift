import Thaw

/// Fashion-MNIST, split for a transfer: eight classes to learn from, and sandals against shirts to transfer to.
struct DemoData: Sendable {
    /// Eight classes, renumbered from 0 to 7, without the first 5,000 images of the file.
    let sourceTrain: Dataset
    /// The eight classes among the first 5,000 images.
    let sourceValidation: Dataset
    /// The first training images of sandals (0) and shirts (1), in the order of the file.
    let targetTrain: Dataset
    /// Sandals and shirts among the first 5,000 images.
    let targetValidation: Dataset

    private static let sandal = 5
    private static let shirt = 6

    /// Splits the training images.
    ///
    /// - Parameters:
    ///   - train: Fashion-MNIST's training set, images `[n, 28, 28]` with labels from 0 to 9.
    ///   - plan: how many images are used.
    ///   - validationImages: how many of the first images validate.
    /// - Throws: `DemoError.tooFewImages` when a part is empty.
    init(train: Dataset, plan: DemoPlan, validationImages: Int = 5000) throws {
        let validation = train.prefix(validationImages)
        let rest = train.dropFirst(validationImages)
        sourceTrain = try Self.source(rest, limit: plan.sourceImages)
        sourceValidation = try Self.source(validation, limit: nil)
        targetTrain = try Self.target(rest, limit: plan.targetImages)
        targetValidation = try Self.target(validation, limit: nil)
    }

    private static func source(_ data: Dataset, limit: Int?) throws -> Dataset {
        try part(data, limit: limit, of: "the eight classes", where: { $0 != sandal && $0 != shirt }) {
            labels in
            Tensor(labels.map { Int32($0 > shirt ? $0 - 2 : $0) })
        }
    }

    private static func target(_ data: Dataset, limit: Int?) throws -> Dataset {
        try part(data, limit: limit, of: "sandals and shirts", where: { $0 == sandal || $0 == shirt }) {
            labels in
            Tensor(shape: [labels.count, 1], scalars: labels.map { $0 == shirt ? Float(1) : 0 })
        }
    }

    private static func part(
        _ data: Dataset, limit: Int?, of classes: String, where isIncluded: (Int) -> Bool,
        renumber: ([Int]) -> Tensor
    ) throws -> Dataset {
        let all = try data.filter(byLabel: isIncluded)
        let some = limit.map { all.prefix($0) } ?? all
        guard let x = some.inputs.first, let y = some.targets.first, some.count > 0 else {
            throw DemoError.tooFewImages(of: classes)
        }
        return try Dataset(x, renumber(y.ints))
    }
}
