import Testing
import ThawGraph
import ThawTensor

extension EngineTests {
    /// Reductions over every choice of axes, and what is built on them.
    @Suite struct ReductionTests {
        static let shapes: [[Int]] = [
            [], [1], [7], [1, 1], [3, 1], [1, 5], [4, 6], [2, 3, 4], [2, 1, 3], [3, 2, 1, 4],
            [2, 3, 2, 2, 3], [150, 131],
        ]

        @Test(arguments: shapes, [ReductionKind.sum, .mean, .maximum, .minimum])
        func everyChoiceOfAxes(_ shape: [Int], _ kind: ReductionKind) throws {
            try expectAgreement(["x": uniform(shape)], "\(kind) \(shape)") { fixture in
                let x = try fixture.input("x")
                for choice in 0..<(1 << shape.count) {
                    let axes = shape.indices.filter { choice >> $0 & 1 == 1 }
                    for keeps in [false, true] {
                        let reduction = Reduction(kind: kind, axes: axes, keepsDimensions: keeps)
                        fixture.output(try fixture.graph.apply(reduction, [x])[0])
                    }
                }
            }
        }

        @Test func emptySums() throws {
            for (shape, axes) in [
                ([0, 3], [0]), ([3, 0], [1]), ([0], [0]), ([2, 0, 3], [0, 1]), ([0, 3], [1]),
            ] {
                try expectAgreement(["x": uniform(shape)], "\(shape) \(axes)") { fixture in
                    fixture.output(
                        try fixture.input("x").sum(axes: axes), try (fixture.input("x") * 2).sum(axes: axes))
                }
            }
        }

        @Test(arguments: [[1], [7], [3, 1], [1, 4], [5, 33], [2, 3, 4], [2, 5, 1, 3]])
        func alongEachAxis(_ shape: [Int]) throws {
            // Small whole numbers, so that there are ties.
            let inputs = ["x": uniform(shape, -30..<30), "ties": indices(shape, below: 3).cast(to: .float32)]
            try expectAgreement(inputs, "\(shape)") { fixture in
                let (x, ties) = (try fixture.input("x"), try fixture.input("ties"))
                for axis in shape.indices {
                    fixture.output(
                        try x.softmax(axis: axis), try x.logSoftmax(axis: axis), try ties.argMax(axis: axis),
                        try x.argMax(axis: axis))
                }
            }
        }

        @Test func softmaxOfExtremes() throws {
            let x = Tensor([[1000, 0, -1000], [-1e5, -1e5, -1e5], [88, 89, 90]] as [[Float]])
            try expectAgreement(["x": x]) { fixture in
                fixture.output(try fixture.input("x").softmax(), try fixture.input("x").logSoftmax())
            }
        }

        @Test(arguments: [
            [1, 1], [5, 1], [1, 4], [6, 3], [2, 3, 5], [1, 3, 3, 2], [3, 2, 2, 17], [400, 65],
        ])
        func moments(_ shape: [Int]) throws {
            guard shape.dropLast().reduce(1, *) > 0 else { return }
            try expectAgreement(["x": uniform(shape, -1..<3)], "\(shape)") { fixture in
                let (mean, variance) = try fixture.input("x").moments()
                fixture.output(mean, variance)
            }
        }

        @Test(arguments: [(1, 1), (1, 5), (7, 10), (33, 3), (300, 100)])
        func sparseCrossEntropy(_ size: (rows: Int, classes: Int)) throws {
            let inputs = [
                "x": uniform([size.rows, size.classes], -9..<9),
                "labels": indices([size.rows], below: size.classes),
            ]
            try expectAgreement(inputs, "\(size)") { fixture in
                let x = try fixture.input("x")
                let loss = try x.sparseCategoricalCrossEntropy(labels: fixture.input("labels"))
                fixture.output(loss)
                fixture.output(try fixture.gradients(of: loss, [x]))
            }
        }

        @Test func allFinite() throws {
            for bad in [Float(1), .nan, .infinity, -.infinity] {
                for place in [0, 6, 19_999] {
                    var values = [Float](repeating: 0.5, count: 20_000)
                    values[place] = bad
                    let inputs = [
                        "x": Tensor([1, 2, 3] as [Float]), "y": Tensor(values),
                        "z": Tensor(shape: [], scalars: [Float(1)]),
                    ]
                    try expectAgreement(inputs, "\(bad) at \(place)") { fixture in
                        let tensors = [
                            try fixture.input("x"), try fixture.input("y"), try fixture.input("z"),
                        ]
                        fixture.output(try fixture.graph.allFinite(tensors))
                    }
                }
            }
        }
    }
}
