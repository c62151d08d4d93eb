import ThawGraph

/// Affine resampling as its definition reads: the image is thought of as infinite, and each output pixel is looked up in it.
struct ReferenceResampling {
    private let operation: AffineResample
    private let shape: [Int]

    init(_ operation: AffineResample, _ inputShape: [Int]) {
        self.operation = operation
        shape = inputShape
    }

    func output(_ images: ReferenceValue, _ transforms: ReferenceValue) -> ReferenceValue {
        var result = ReferenceValue([shape[0], operation.size.height, operation.size.width, shape[3]])
        for index in ReferenceValue.indices(of: result.shape) {
            guard let parts = parts(index, transforms) else {
                result[index] = .nan
                continue
            }
            result[index] = parts.reduce(0) { sum, part in
                guard let row = part.row, let column = part.column else {
                    return sum + part.weight * constant
                }
                return sum + part.weight * images[[index[0], row, column, index[3]]]
            }
        }
        return result
    }

    func inputGradient(_ gradient: ReferenceValue, _ transforms: ReferenceValue) -> ReferenceValue {
        var result = ReferenceValue(shape)
        for index in ReferenceValue.indices(of: gradient.shape) {
            for part in parts(index, transforms) ?? [] {
                guard let row = part.row, let column = part.column else { continue }
                result[[index[0], row, column, index[3]]] += part.weight * gradient[index]
            }
        }
        return result
    }

    private typealias Part = (row: Int?, column: Int?, weight: Double)

    /// The pixels that an output pixel is made of, those of no weight left out; nil if its place is no finite number.
    private func parts(_ index: [Int], _ transforms: ReferenceValue) -> [Part]? {
        let t = (0..<6).map { transforms[[index[0], $0]] }
        let (x, y) = (Double(index[2]), Double(index[1]))
        let (column, row) = (t[0] * x + t[1] * y + t[2], t[3] * x + t[4] * y + t[5])
        guard abs(column) < 1e15, abs(row) < 1e15 else { return nil }
        var result: [Part] = []
        for (wholeRow, rowWeight) in neighbours(row) {
            for (wholeColumn, columnWeight) in neighbours(column) where rowWeight * columnWeight != 0 {
                result.append(
                    (
                        inside(Int(wholeRow), shape[1]), inside(Int(wholeColumn), shape[2]),
                        rowWeight * columnWeight
                    ))
            }
        }
        return result
    }

    private func neighbours(_ place: Double) -> [(Double, Double)] {
        if operation.interpolation == .nearest { return [((place + 0.5).rounded(.down), 1)] }
        let low = place.rounded(.down)
        return [(low, 1 - (place - low)), (low + 1, place - low)]
    }

    /// Walks the infinite image step by step back into the real one; nil beyond the edge of one with a constant around it.
    private func inside(_ place: Int, _ size: Int) -> Int? {
        var place = place
        while !(0..<size).contains(place) {
            switch operation.fill {
            case .constant: return nil
            case .nearest: return place < 0 ? 0 : size - 1
            case .reflect: place = place < 0 ? -1 - place : 2 * size - 1 - place
            case .wrap: place += place < 0 ? size : -size
            }
        }
        return place
    }

    private var constant: Double {
        if case .constant(let value) = operation.fill { return value }
        return 0
    }
}
