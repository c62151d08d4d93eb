import Testing
import Thaw

@testable import ThawCommand

/// The networks for photographs of `scripts/bench`: whether they are those of the peers, by what is trained.
@Suite struct PhotographCaseTests {
    @Test func whatIsTrained() throws {
        // Keras's numbers of trainable parameters.
        let counts: [PhotographCase: Int] = [
            .predict: 25_583_592, .trainResNet50: 23_555_082, .trainMobileNet: 3_217_226,
            .thirdOfMobileNet: 2_404_874, .blog: 15_178_754, .head: 4098,
        ]
        for photographs in PhotographCase.allCases {
            let count = try photographs.model().trainableParameterCount
            #expect(count == counts[photographs], "\(photographs.rawValue)")
        }
    }
}
