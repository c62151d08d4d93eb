/// How two tensors are walked side by side under NumPy's broadcasting rule.
///
/// Axes that both tensors walk through without a jump are merged, so that equal shapes become one run and a
/// row added to a matrix becomes one run per row. Within a run each side moves by 1, or by 0 where it repeats
/// one element.
struct BroadcastPlan {
    private struct Axis {
        var extent: Int
        var left: Int
        var right: Int
    }

    let shape: [Int]
    let leftStride: Int
    let rightStride: Int
    private let inner: Int
    private let outer: [Axis]  // innermost first
    private let isEmpty: Bool

    /// `nil` when the shapes do not broadcast.
    init?(_ left: [Int], _ right: [Int]) {
        guard let shape = TensorShape.broadcast(left, right) else { return nil }
        self.shape = shape
        isEmpty = shape.contains(0)
        let leftStrides = Self.strides(of: left, rank: shape.count)
        let rightStrides = Self.strides(of: right, rank: shape.count)
        var axes: [Axis] = []
        for index in shape.indices.reversed() where shape[index] != 1 {
            let axis = Axis(extent: shape[index], left: leftStrides[index], right: rightStrides[index])
            if let last = axes.last, axis.left == last.left * last.extent,
                axis.right == last.right * last.extent
            {
                axes[axes.count - 1].extent *= axis.extent
            } else {
                axes.append(axis)
            }
        }
        let first = axes.first ?? Axis(extent: 1, left: 1, right: 1)
        inner = first.extent
        leftStride = first.left
        rightStride = first.right
        outer = Array(axes.dropFirst())
    }

    /// Row-major strides aligned at the last axis, 0 where the extent is 1 or absent.
    private static func strides(of shape: [Int], rank: Int) -> [Int] {
        let own = zip(shape, TensorShape.strides(shape)).map { $0 == 1 ? 0 : $1 }
        return [Int](repeating: 0, count: rank - shape.count) + own
    }

    /// Calls `body` with the first element of each side and of the output, and the length, of every run.
    @inline(__always)
    func forEachRun(_ body: (_ left: Int, _ right: Int, _ output: Int, _ length: Int) -> Void) {
        if isEmpty { return }
        var indices = [Int](repeating: 0, count: outer.count)
        var (left, right, output) = (0, 0, 0)
        while true {
            body(left, right, output, inner)
            output += inner
            var axis = 0
            while axis < outer.count {
                indices[axis] += 1
                left += outer[axis].left
                right += outer[axis].right
                if indices[axis] < outer[axis].extent { break }
                left -= outer[axis].left * outer[axis].extent
                right -= outer[axis].right * outer[axis].extent
                indices[axis] = 0
                axis += 1
            }
            if axis == outer.count { return }
        }
    }
}
