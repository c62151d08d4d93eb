import Testing
import ThawEngine
import ThawGraph
import ThawTensor
import ThawTestSupport

/// What affine resampling does to small images, and its gradient.
@Suite struct AffineResampleTests {
    private static let fills: [FillMode] = [.constant(0.5), .nearest, .reflect, .wrap]

    /// Two transforms: a turn with a shift, which leaves the image, and a shrinking one.
    private static let transforms = Tensor(
        [[0.83, -0.52, 1.31, 0.47, 0.86, -1.63], [1.7, 0.2, -0.93, 0.1, 2.4, -1.57]] as [[Float]])

    @Test(arguments: PixelInterpolation.allCases, fills.indices)
    func gradient(_ interpolation: PixelInterpolation, _ fill: Int) throws {
        let check = try checkGradients(inputs: [GradientCase.points([2, 4, 3, 2])]) { graph, inputs in
            try inputs[0].affineResampled(
                graph.constant(Self.transforms), size: Size2D(height: 3, width: 5),
                interpolation: interpolation, fill: Self.fills[fill]
            ).square()
        }
        #expect(check.largestError < 1e-6, "\(check.worst)")
    }

    @Test(arguments: PixelInterpolation.allCases, fills.indices)
    func gradientOfTheGradient(_ interpolation: PixelInterpolation, _ fill: Int) throws {
        let resample = AffineResample(
            size: Size2D(height: 3, width: 5), interpolation: interpolation, fill: Self.fills[fill])
        let gradient = AffineResampleGradient(resample: resample, inputShape: [2, 4, 3, 2])
        let check = try checkGradients(inputs: [GradientCase.points([2, 3, 5, 2])]) { graph, inputs in
            try graph.apply(gradient, [inputs[0], graph.constant(Self.transforms)])[0].square()
        }
        #expect(check.largestError < 1e-6, "\(check.worst)")
    }

    @Test func transformsHaveNoGradient() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [1, 2, 2, 1])
        let transforms = graph.input("transforms", shape: [1, 6])
        let y = try x.affineResampled(transforms).sum()
        let error = #expect(throws: GraphError.self) {
            try graph.gradients(of: y, withRespectTo: [transforms])
        }
        #expect(error?.message.contains("stopGradient()") == true)
        let gradients = try graph.gradients(of: y, withRespectTo: [x])
        #expect(gradients[0] != nil)
    }

    private func resampled(
        _ row: [Float], _ transform: [Float], width: Int, _ fill: FillMode,
        _ interpolation: PixelInterpolation = .nearest
    ) throws -> [Float] {
        let graph = Graph()
        let x = graph.input("x", shape: [1, 1, row.count, 1])
        let y = try x.affineResampled(
            graph.constant(Tensor(shape: [1, 6], scalars: transform)), size: Size2D(height: 1, width: width),
            interpolation: interpolation, fill: fill)
        graph.addOutput("y", y)
        let results = try ReferenceEngine().compile(graph).run([
            "x": Tensor(shape: [1, 1, row.count, 1], scalars: row)
        ])
        return try #require(results["y"]).floats
    }

    @Test func edges() throws {
        let moved: [Float] = [1, 0, -4, 0, 1, 0]
        func row(_ fill: FillMode) throws -> [Float] { try resampled([1, 2, 3], moved, width: 11, fill) }
        #expect(try row(.constant(9)) == [9, 9, 9, 9, 1, 2, 3, 9, 9, 9, 9])
        #expect(try row(.nearest) == [1, 1, 1, 1, 1, 2, 3, 3, 3, 3, 3])
        #expect(try row(.reflect) == [3, 3, 2, 1, 1, 2, 3, 3, 2, 1, 1])
        #expect(try row(.wrap) == [3, 1, 2, 3, 1, 2, 3, 1, 2, 3, 1])
    }

    @Test func betweenPixels() throws {
        let half: [Float] = [1, 0, -0.5, 0, 1, 0]
        #expect(
            try resampled([1, 2, 4], half, width: 4, .constant(0), .bilinear) == [0.5, 1.5, 3, 2])
        #expect(try resampled([1, 2, 4], half, width: 4, .nearest, .bilinear) == [1, 1.5, 3, 4])
        // Halfway the pixel to the right is the nearest.
        #expect(try resampled([1, 2, 4], half, width: 3, .constant(0)) == [1, 2, 4])
        // What counts nothing is not looked at.
        #expect(
            try resampled([1, .nan, 4], [2, 0, 0, 0, 1, 0], width: 2, .constant(.nan), .bilinear) == [1, 4])
    }

    @Test func placesThatAreNoNumbers() throws {
        for bad in [Float.nan, .infinity, 1e30] {
            let row = try resampled([1, 2], [1, 0, bad, 0, 1, 0], width: 2, .reflect, .bilinear)
            #expect(row.allSatisfy { $0.isNaN })
        }
    }
}
