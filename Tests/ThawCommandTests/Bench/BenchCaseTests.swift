import Testing

@testable import ThawCommand

/// The nets of `scripts/bench`: how large they are, and that they train.
@Suite struct BenchCaseTests {
    @Test(arguments: ["nadam", "adamw", "alphadropout"])
    func smallNetsTrain(_ name: String) throws {
        let bench = try BenchCase(name: name, samples: 40, batch: 32)
        #expect(bench.steps == 2)
        #expect(bench.trainableParameterCount == 784 * 300 + 300 + 300 * 100 + 100 + 100 * 10 + 10)
        let first = try #require(try bench.run(epochs: 1))
        let last = try #require(try bench.run(epochs: 10))
        #expect(last < first)
    }

    @Test func predictionHasNoLoss() throws {
        let bench = try BenchCase(name: "predict", samples: 2, batch: 2)
        #expect(try bench.run(epochs: 1) == nil)
    }

    @Test func unknownNamesAreRefused() {
        let error = #expect(throws: BenchCase.UnknownCase.self) {
            try BenchCase(name: "mlp33", samples: 32, batch: 32)
        }
        #expect(error?.description.contains("\"mlp33\"") == true)
        #expect(error?.description.contains("alphadropout") == true)
    }
}
