import Thaw

/// Gives targets the form that a loss takes, where that leaves no doubt.
enum TargetShape {
    /// The targets, as one-hot rows where they are class numbers and the loss compares all outputs, as class numbers where it is
    /// the other way round, and as one column where the model has one output.
    ///
    /// - Throws: `ToolError` for class numbers that the model does not have.
    static func fit(_ targets: Tensor, loss: Loss, outputShape: [Int]) throws -> Tensor {
        let count = targets.shape.first ?? 0
        let width = outputShape.count == 1 ? outputShape[0] : 0
        let isColumn = targets.count == count
        switch loss.targetKind {
        case .classIndices:
            guard targets.shape == [count, width], width > 1 else { return targets }
            Console.remark("one-hot targets are taken as the numbers of classes, which \(loss.name) wants")
            return try classes(targets, width)
        case .values:
            guard isColumn else { return targets }
            guard width > 1 else { return targets.reshaped(to: [count] + outputShape.map { _ in 1 }) }
            let values = targets.doubles
            if let bad = values.firstIndex(where: { !($0 >= 0 && $0 < Double(width) && $0 == $0.rounded()) })
            {
                throw ToolError(
                    "the target of sample \(bad) is \(NumberText.short(values[bad], isWhole: true)), and the model has "
                        + "\(width) classes; expected whole numbers from 0 to \(width - 1).")
            }
            Console.remark("class numbers become one-hot rows of \(width), which \(loss.name) wants")
            return targets.reshaped(to: [count]).cast(to: .int32).oneHot(depth: width)
        }
    }

    private static func classes(_ rows: Tensor, _ width: Int) throws -> Tensor {
        let values = rows.doubles
        for row in 0..<rows.shape[0] {
            let part = values[row * width..<(row + 1) * width]
            guard part.allSatisfy({ $0 == 0 || $0 == 1 }), part.reduce(0, +) == 1 else {
                throw ToolError(
                    "the target of sample \(row) is no one-hot row; expected the number of a class, or a single 1 among "
                        + "zeros.")
            }
        }
        return rows.argMax(axis: -1).cast(to: .int32)
    }
}
