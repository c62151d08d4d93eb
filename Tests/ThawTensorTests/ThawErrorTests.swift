import Foundation
import Testing
import ThawTensor

private struct ShapeMismatch: ThawError {
    var description: String { "Dense 'hidden': expected 3 features, got 4; build the model for 4." }
}

@Suite struct ThawErrorTests {
    @Test func localizedDescriptionIsTheDescription() {
        let error: any Error = ShapeMismatch()
        #expect(error.localizedDescription == "\(ShapeMismatch())")
        #expect("\(error)" == "Dense 'hidden': expected 3 features, got 4; build the model for 4.")
    }
}
