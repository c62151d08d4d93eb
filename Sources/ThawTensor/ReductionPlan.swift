/// How a tensor is walked while some of its axes are reduced.
///
/// Neighbouring axes of one kind are merged. The innermost becomes a run of consecutive elements, which go
/// either all to one output (a reduced run) or each to its own.
struct ReductionPlan {
    private struct Axis {
        var extent: Int
        /// How far the output moves; 0 for a reduced axis.
        var output: Int
    }

    /// The shape of the result.
    let shape: [Int]
    /// The number of elements of the result.
    let outputCount: Int
    /// The number of elements that go into one of the result.
    let groupCount: Int
    let isInnermostReduced: Bool
    private let inner: Int
    private let outer: [Axis]  // innermost first
    private let isEmpty: Bool

    /// - Parameter axes: negative ones count from the back; `nil` stands for all.
    init(_ shape: [Int], axes: [Int]?, keepingDimensions: Bool, operation: String) {
        let reduced = Set(
            axes.map { axes in
                axes.map { TensorShape.normalized(axis: $0, rank: shape.count, operation: operation) }
            } ?? Array(shape.indices))
        require(
            axes == nil || axes?.count == reduced.count, "\(operation): axes \(axes ?? []) name an axis twice"
        )
        let kept = shape.indices.map { reduced.contains($0) ? 1 : shape[$0] }
        self.shape =
            keepingDimensions ? kept : shape.indices.filter { !reduced.contains($0) }.map { shape[$0] }
        outputCount = kept.reduce(1, *)
        groupCount = reduced.map { shape[$0] }.reduce(1, *)
        isEmpty = shape.contains(0)

        let strides = TensorShape.strides(kept)
        var merged: [Axis] = []
        for index in shape.indices.reversed() where shape[index] != 1 {
            let axis = Axis(extent: shape[index], output: reduced.contains(index) ? 0 : strides[index])
            if let last = merged.last, axis.output == last.output * last.extent {
                merged[merged.count - 1].extent *= axis.extent
            } else {
                merged.append(axis)
            }
        }
        let first = merged.first ?? Axis(extent: 1, output: 0)
        inner = first.extent
        isInnermostReduced = first.output == 0
        outer = Array(merged.dropFirst())
    }

    /// Calls `body` with the first element of the input and of the output, and the length, of every run.
    @inline(__always)
    func forEachRun(_ body: (_ input: Int, _ output: Int, _ length: Int) -> Void) {
        if isEmpty { return }
        var indices = [Int](repeating: 0, count: outer.count)
        var (input, output) = (0, 0)
        while true {
            body(input, output, inner)
            input += inner
            var axis = 0
            while axis < outer.count {
                indices[axis] += 1
                output += outer[axis].output
                if indices[axis] < outer[axis].extent { break }
                output -= outer[axis].output * outer[axis].extent
                indices[axis] = 0
                axis += 1
            }
            if axis == outer.count { return }
        }
    }
}
