import Testing
import ThawGraph
import ThawTensor
import ThawTestSupport

/// Gradients of operations that move elements.
@Suite struct MovementGradientTests {
    static let cases: [GradientCase] = {
        let x = GradientCase.points([2, 3, 4])
        let table = GradientCase.points([4, 3])
        let rows = GradientCase.indices([2, 3], [0, 3, 1, 1, 1, 2])
        return [
            GradientCase("reshape", [x]) { try $1[0].reshape(to: [4, -1]).square() },
            GradientCase("flatten", [x]) { try $1[0].flatten().square() },
            GradientCase("expanded", [x]) {
                try $1[0].expandingDimension(at: -2) * $1[0].expandingDimension(at: 1)
            },
            GradientCase("transpose", [x]) { try $1[0].transpose([2, 0, 1]).square() },
            GradientCase("transpose, reversed", [x]) { try $1[0].transpose().square() },
            GradientCase(
                "concatenate", [x, GradientCase.points([2, 1, 4], seed: 2), GradientCase.points([2, 2, 4])]
            ) {
                try SymbolicTensor.concatenate($1, axis: 1).square()
            },
            GradientCase("concatenate a tensor with itself", [x]) {
                try SymbolicTensor.concatenate([$1[0], $1[0].square()], axis: -1).square()
            },
            GradientCase("slice", [x]) { try $1[0].slice(starts: [0, 1, 1], sizes: [2, 2, 2]).square() },
            GradientCase("slice with strides", [x]) {
                try $1[0].slice(starts: [0, 0, 1], sizes: [1, 2, 2], strides: [1, 2, 2]).square()
            },
            GradientCase("slice's gradient", [GradientCase.points([2, 2])]) {
                let slice = Slice(starts: [1, 0], sizes: [2, 2], strides: [2, 3])
                return try $0.apply(SliceGradient(slice: slice, inputShape: [4, 5]), $1)[0].square()
            },
            GradientCase("pad", [x]) {
                try $1[0].pad(before: [1, 0, 2], after: [0, 2, 1], value: 3).square()
            },
            GradientCase("broadcast", [GradientCase.points([3, 1])]) {
                try $1[0].broadcast(to: [2, 3, 4]).square()
            },
            GradientCase("broadcast of a scalar", [GradientCase.points([])]) {
                try $1[0].broadcast(to: [2, 2])
            },
            GradientCase("summed", [x]) { try $1[0].summed(toShape: [3, 1]).square() },
            GradientCase("gather", [table, rows]) { try $1[0].gather($1[1]).square() },
            GradientCase("scatter", [GradientCase.points([2, 3, 2]), rows]) {
                try $1[1].scatterAdd($1[0], rows: 5).square()
            },
        ]
    }()

    @Test(arguments: cases)
    func gradient(_ each: GradientCase) throws {
        let check = try checkGradients(inputs: each.inputs, build: each.build)
        #expect(check.largestError < 1e-6, "\(each): \(check.worst)")
    }
}
