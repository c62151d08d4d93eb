import ThawTensor

/// Which rows of the tensors a data set shows, and in which order. A run of rows costs no memory.
enum RowSelection: Sendable, Equatable {
    case run(Range<Int>)
    case list([Int])

    /// All of `count` rows.
    init(_ count: Int) { self = .run(0..<count) }

    var count: Int {
        switch self {
        case .run(let range): range.count
        case .list(let rows): rows.count
        }
    }

    /// The row at `position`.
    subscript(position: Int) -> Int {
        switch self {
        case .run(let range): range.lowerBound + position
        case .list(let rows): rows[position]
        }
    }

    /// The part of the selection between two positions.
    func slice(_ positions: Range<Int>) -> RowSelection {
        switch self {
        case .run(let range):
            .run(range.lowerBound + positions.lowerBound..<range.lowerBound + positions.upperBound)
        case .list(let rows):
            .list(Array(rows[positions]))
        }
    }

    /// The rows at some positions, in the order of these.
    func pick(_ positions: [Int]) -> RowSelection { .list(positions.map { self[$0] }) }

    /// The selected rows of `tensor`.
    func gather(_ tensor: Tensor) -> Tensor {
        switch self {
        case .run(let range): tensor[range]
        case .list(let rows): tensor.gathering(rows: rows)
        }
    }
}
