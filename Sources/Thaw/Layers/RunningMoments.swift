import ThawTensor

/// Means and variances of batches that come one after the other, in double precision (Chan, Golub and LeVeque, 1979).
struct RunningMoments {
    /// The mean of each place so far.
    private(set) var mean: [Double]
    private var squares: [Double]
    private var seen = 0.0

    /// - Parameter count: the number of places that are kept apart.
    init(count: Int) {
        mean = [Double](repeating: 0, count: count)
        squares = mean
    }

    /// The variance of each place so far, divided by n.
    var variance: [Double] { squares.map { seen > 0 ? $0 / seen : 0 } }

    /// Adds the elements of a tensor, those of equal indices on the kept axes to the same place.
    mutating func add(_ tensor: Tensor, keeping kept: [Int]) {
        let others = tensor.shape.indices.filter { !kept.contains($0) }
        let rows = others.reduce(1) { $0 * tensor.shape[$1] }
        guard rows > 0, !mean.isEmpty else { return }
        let order = others + kept
        let values = (order == Array(tensor.shape.indices) ? tensor : tensor.transposed(order)).doubles
        let places = mean.count
        var batchMean = [Double](repeating: 0, count: places)
        var batchSquares = batchMean
        for row in 0..<rows {
            for place in 0..<places { batchMean[place] += values[row * places + place] }
        }
        for place in 0..<places { batchMean[place] /= Double(rows) }
        for row in 0..<rows {
            for place in 0..<places {
                let difference = values[row * places + place] - batchMean[place]
                batchSquares[place] += difference * difference
            }
        }
        let total = seen + Double(rows)
        for place in 0..<places {
            let difference = batchMean[place] - mean[place]
            mean[place] += difference * Double(rows) / total
            squares[place] += batchSquares[place] + difference * difference * seen * Double(rows) / total
        }
        seen = total
    }
}
