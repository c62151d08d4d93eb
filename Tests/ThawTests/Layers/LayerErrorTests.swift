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

    @Test func thresholdedReLU() {
        #expect(
            message([1, 4], [ThresholdedReLU(theta: -0.5)]).contains("theta must not be negative, got -0.5"))
    }

    @Test func margins() {
        #expect(
            message([1, 3, 4, 1], [ZeroPadding2D(Margins2D(height: -1, width: 0))])
                == "layer zero_padding2d (ZeroPadding2D): needs margins of 0 or more, got top -1, bottom -1, left 0, right 0."
        )
        #expect(message([1, 3, 4, 1], [Cropping2D(2)]).contains("takes away the whole image"))
        #expect(
            message([1, 3, 4, 1], [Cropping2D(Margins2D(height: .max, width: 0))])
                .contains("takes away the whole image"))
        #expect(message([1, 4], [ZeroPadding2D(1)]).contains("expects images"))
    }

    @Test func rescaling() {
        let text = message([1, 3, 4, 3], [Rescaling(scales: [1, 2])])
        #expect(text.contains("one finite scale, or one for each of the 3 channels"), "\(text)")
        #expect(message([1, 4], [Rescaling(.nan)]).contains("finite"))
        #expect(message([1, 4], [Rescaling(scales: [])]).contains("one finite scale"))
    }

    @Test func softmaxAxis() {
        for axis in [0, 2, -2] {
            let text = message([1, 4], [Softmax(axis: axis)])
            #expect(
                text.hasPrefix("layer softmax (Softmax): cannot take the axis \(axis) of an input [1, 4]"))
        }
    }

    @Test(arguments: [[], [0], [3], [-3], [1, -2], [1, 1]]) func layerNormalizationAxes(_ axes: [Int]) {
        let text = message([1, 4, 5], [LayerNormalization(axes: axes)])
        #expect(
            text.hasPrefix(
                "layer layer_normalization (LayerNormalization): cannot normalize the axes \(axes) of an input"
            ))
    }

    @Test func layerNormalizationOfAnotherShape() {
        let layer = LayerNormalization(name: "shared")
        let text = message([1, 4], [layer, Dense(3), layer])
        #expect(
            text.hasPrefix(
                "layer shared (LayerNormalization): was built for sizes [4] of the axes [-1], got an"))
        #expect(message([1, 4], [LayerNormalization(epsilon: 0)]).contains("epsilon must be above 0"))
    }

    @Test func groupNormalization() {
        let text = message([1, 3, 6], [GroupNormalization(groups: 4)])
        #expect(text.contains("cannot divide 6 channels into 4 groups") && text.contains("-1"))
        #expect(message([1, 6], [GroupNormalization(groups: 0)]).contains("into 0 groups"))
        #expect(message([6], [GroupNormalization(groups: 2)]).contains("at least 2 axes"))
        #expect(message([1, 6], [GroupNormalization(groups: 2, epsilon: -1)]).contains("above 0, got -1"))
        let layer = GroupNormalization(groups: 1)
        #expect(message([1, 4], [layer, Dense(3), layer]).contains("was built for 4 channels"))
    }

    @Test func rates() {
        #expect(message([1, 4], [AlphaDropout(1)]).contains("rate must be from 0 to below 1, got 1.0"))
        #expect(
            message([1, 4], [GaussianDropout(-0.1)]).contains("rate must be from 0 to below 1, got -0.1"))
        #expect(message([1, 4], [GaussianNoise(standardDeviation: .nan)]).contains("0 or more, got nan"))
        #expect(message([1, 2, 2, 1], [SpatialDropout2D(1.1)]).contains("rate must be from 0 to 1, got 1.1"))
        #expect(message([1, 4], [SpatialDropout2D(0.1)]).contains("expects images"))
    }

    @Test func matrices() {
        #expect(
            message([1, 4], [Dense(3, biasInitializer: .orthogonal)])
                .contains("initializer Orthogonal makes matrices and cannot make the shape [3]"))
        #expect(
            message([1, 4, 4, 2], [Conv2D(3, kernelSize: 1, kernelInitializer: .identity)])
                .contains("initializer Identity makes matrices of two axes"))
        let own = Initializer(name: "own") { _, _ in .zeros([2]) }
        let text = message([1, 4], [Dense(3, kernelInitializer: own)])
        #expect(text.contains("initializer own made a tensor of shape [2] for dense/kernel"), "\(text)")
    }
}
