import Testing
import Thaw

@testable import ThawCommand

/// The networks for photographs of `scripts/bench`: whether they are those of the peers, by what is trained.
@Suite struct PhotographCaseTests {
    @Test func whatIsTrained() throws {
        // Keras's numbers of trainable parameters.
        #expect(try PhotographCase.trainMobileNet.model().trainableParameterCount == 3_217_226)
        #expect(try PhotographCase.thirdOfMobileNet.model().trainableParameterCount == 2_404_874)
    }
}
