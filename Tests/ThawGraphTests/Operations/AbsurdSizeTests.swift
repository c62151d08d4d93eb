import Testing
import ThawGraph
import ThawTensor

/// Sizes that nothing could hold are errors of the shape rules, not traps of their arithmetic.
@Suite struct AbsurdSizeTests {
    @Test func areRefused() {
        let graph = Graph()
        let x = graph.input("x", shape: [2, 3])
        let indices = graph.input("indices", shape: [2], dtype: .int32)
        let calls: [() throws -> SymbolicTensor] = [
            { try x.slice(starts: [1, 0], sizes: [.max, 3], strides: [.max, 1]) },
            { try x.slice(starts: [.max, 0], sizes: [0, 3]) },
            { try x.slice(starts: [1, 1], sizes: [2, 2]) },
            { try x.reshape(to: [.max, .max]) }, { try x.reshape(to: [-1, .max, 4]) },
            { try x.pad(before: [.max, 0], after: [.max, 0]) },
            { try x.broadcast(to: [.max, 2, 3]) },
            { try indices.oneHot(depth: .max) },
            { try indices.scatterAdd(x, rows: .max) },
            {
                try x.reshape(to: [1, 2, 3, 1]).maximumPooling2D(
                    size: Size2D(.max), strides: Size2D(1), padding: .same)
            },
        ]
        for (number, call) in calls.enumerated() {
            #expect(throws: GraphError.self, "call \(number)") { try call() }
        }
    }

    @Test func theLastElementsOfAnAxisAreNot() throws {
        let graph = Graph()
        let x = graph.input("x", shape: [5])
        #expect(try x.slice(starts: [2], sizes: [2], strides: [2]).shape == [2])
        #expect(throws: GraphError.self) { try x.slice(starts: [3], sizes: [2], strides: [2]) }
        #expect(try x.slice(starts: [4], sizes: [1], strides: [.max]).shape == [1])
        #expect(try x.slice(starts: [5], sizes: [0]).shape == [0])
    }
}
