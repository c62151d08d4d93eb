import CKernels

/// How a tensor is spread over the matrix that an elementwise program runs through.
enum Spread: Hashable {
    /// One element for each.
    case full
    /// The same for every row: `columns` elements.
    case row(columns: Int)
    /// The same along each row: `rows` elements.
    case column(columns: Int)
    /// The same everywhere.
    case scalar

    /// The number of columns that the matrix must then have; nil if any will do.
    var columns: Int? {
        switch self {
        case .full, .scalar: nil
        case .row(let columns), .column(let columns): columns
        }
    }

    var code: UInt8 {
        switch self {
        case .full: UInt8(THAW_FULL)
        case .row: UInt8(THAW_ROW)
        case .column: UInt8(THAW_COLUMN)
        case .scalar: UInt8(THAW_SCALAR)
        }
    }

    /// How a tensor of shape `input` is broadcast to `output`; nil if that is none of the four ways.
    init?(_ input: [Int], to output: [Int]) {
        let inputCount = input.reduce(1, *)
        let outputCount = output.reduce(1, *)
        if inputCount == outputCount {
            self = .full
            return
        }
        if inputCount == 1 {
            self = .scalar
            return
        }
        let aligned = [Int](repeating: 1, count: output.count - input.count) + input
        // Axes that are broadcast, leaving out those of size 1, which are neutral.
        let pairs = zip(aligned, output).filter { $0.1 != 1 }
        let isBroadcast = pairs.map { $0.0 == 1 }
        let firstKept = isBroadcast.firstIndex(of: false) ?? 0
        let lastKept = isBroadcast.lastIndex(of: false) ?? 0
        guard !isBroadcast[firstKept...lastKept].contains(true) else { return nil }
        if lastKept == pairs.count - 1 {
            self = .row(columns: inputCount)
        } else if firstKept == 0 {
            self = .column(columns: outputCount / inputCount)
        } else {
            return nil
        }
    }
}

/// How a reduction goes over that matrix.
enum ReductionPattern: Hashable {
    case sumRows(columns: Int)
    case sumColumns(columns: Int)
    case sumAll

    var columns: Int? {
        switch self {
        case .sumRows(let columns), .sumColumns(let columns): columns
        case .sumAll: nil
        }
    }

    var code: UInt8 {
        switch self {
        case .sumRows: UInt8(THAW_SUM_ROWS)
        case .sumColumns: UInt8(THAW_SUM_COLUMNS)
        case .sumAll: UInt8(THAW_SUM_ALL)
        }
    }

    /// The pattern of reducing `axes` of `shape`; nil if the kept axes are in the middle or interleaved.
    init?(shape: [Int], axes: [Int]) {
        let isReduced = shape.indices.filter { shape[$0] != 1 }.map { axes.contains($0) }
        let sizes = shape.filter { $0 != 1 }
        let kept = zip(sizes, isReduced).filter { !$0.1 }.map(\.0).reduce(1, *)
        let total = sizes.reduce(1, *)
        guard let firstKept = isReduced.firstIndex(of: false), let lastKept = isReduced.lastIndex(of: false)
        else {
            self = .sumAll
            return
        }
        guard !isReduced[firstKept...lastKept].contains(true), isReduced.contains(true) else { return nil }
        if lastKept == isReduced.count - 1 {
            self = .sumRows(columns: kept)
        } else if firstKept == 0 {
            self = .sumColumns(columns: total / kept)
        } else {
            return nil
        }
    }
}
