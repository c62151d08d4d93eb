import Testing
import ThawTestSupport

@testable import Thaw

/// Shapes and settings that do not fit: each error names the layer and says what was expected.
@Suite struct LayerErrorTests {
    private func message(_ shape: [Int], _ layers: [Layer]) -> String {
        Runtime.$engine.withValue(ReferenceEngine()) {
            do {
                try Sequential(layers).build(inputShape: shape)
                return ""
            } catch {
                return "\(error)"
            }
        }
    }

    @Test func reshape() {
        let text = message([1, 5], [Dense(4), Reshape([3])])
        #expect(
            text.hasPrefix(
                "layer reshape (Reshape): cannot give samples of shape [4] (4 elements) the shape [3]"))
    }

    @Test func convolutionOfRows() {
        let text = message([1, 5], [Conv2D(4, kernelSize: 3)])
        #expect(
            text.hasPrefix("layer conv2d (Conv2D): expects images [n, height, width, channels], got [1, 5]"))
    }

    @Test func windowTooLarge() {
        let text = message([1, 4, 4, 1], [Sequential([MaxPooling2D(poolSize: 5)], name: "block")])
        #expect(text.hasPrefix("layer block/max_pooling2d (MaxPooling2D): "), "\(text)")
        #expect(text.contains("5 x 5") && text.contains("4 x 4"))
    }

    @Test func groups() {
        #expect(
            message([1, 4, 4, 3], [Conv2D(4, kernelSize: 1, groups: 2)]).contains("3 channels and 2 groups"))
    }

    @Test func units() {
        #expect(message([1, 4], [Dense(0)]) == "layer dense (Dense): needs at least 1 unit, got 0.")
    }

    @Test func sharedLayerOfAnotherShape() {
        let layer = Dense(3, name: "shared")
        let text = message([1, 4], [layer, layer])
        #expect(
            text.hasPrefix(
                "layer shared (Dense): was built for 4 features on the last axis, got an input of shape"))
    }

    @Test func initializer() {
        let text = message([1, 4], [Dense(3, kernelInitializer: .randomNormal(standardDeviation: -1))])
        #expect(text.contains("RandomNormal") && text.contains("dense"))
    }

    @Test func reLU() {
        #expect(message([1, 4], [ReLU(negativeSlope: -1)]).contains("must not be negative"))
    }
}
