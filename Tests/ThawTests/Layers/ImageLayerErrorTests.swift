import Testing
import ThawTestSupport

@testable import Thaw

/// What layers for images refuse, with the layer's name and what was expected.
@Suite struct ImageLayerErrorTests {
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

    @Test func noiseShapes() {
        let text = message([1, 4, 4, 2], [Dropout(0.1, noiseShape: [nil, 2, 1, 1])])
        #expect(text.contains("cannot draw in the shape [nil, 2, 1, 1] for an input [1, 4, 4, 2]"), "\(text)")
        #expect(message([1, 4], [Dropout(0.1, noiseShape: [nil])]).contains("an entry for each axis"))
        #expect(message([8, 4], [Dropout(0.1, noiseShape: [8, 1])]).contains("cannot draw"))
    }

    @Test func separableConvolution() {
        #expect(
            message([1, 4, 4, 2], [SeparableConv2D(0, kernelSize: 3)]).contains("at least 1, got 0 and 1"))
        #expect(
            message([1, 4, 4, 2], [SeparableConv2D(1, kernelSize: 3, depthMultiplier: 0)])
                .contains("at least 1, got 1 and 0"))
        #expect(message([1, 4], [SeparableConv2D(1, kernelSize: 3)]).contains("expects images"))
    }

    @Test func transposedConvolution() {
        let image = [1, 4, 4, 2]
        func text(_ layer: Conv2DTranspose) -> String { message(image, [layer]) }
        #expect(text(Conv2DTranspose(0, kernelSize: 3)).contains("at least 1 filter"))
        #expect(
            text(Conv2DTranspose(1, kernelSize: 3, strides: 2, dilation: 2)).contains("one must be 1"))
        #expect(
            text(Conv2DTranspose(1, kernelSize: 3, strides: 2, outputPadding: 2))
                .contains("outputPadding must be from 0 to below the strides (2), got 2"))
        #expect(
            text(Conv2DTranspose(1, kernelSize: 3, padding: .explicit(top: 1, bottom: 1, left: 1, right: 1)))
                .contains("crop with Cropping2D"))
        let empty = message(
            [1, 1, 1, 2], [Conv2DTranspose(1, kernelSize: 2, strides: 2, padding: .same, outputPadding: 0)])
        #expect(empty.contains("images without pixels"), "\(empty)")
    }

    @Test func upSampling() {
        #expect(message([1, 4, 4, 2], [UpSampling2D(0)]).contains("size must be at least 1 x 1"))
        #expect(message([1, 4], [UpSampling2D()]).contains("expects images"))
    }

    @Test(arguments: [[0], [3], [-3], [1, -2], [1, 1]]) func normalizationAxes(_ axes: [Int]) {
        let text = message([1, 4, 5], [Normalization(axes: axes)])
        #expect(
            text.hasPrefix("layer normalization (Normalization): cannot keep the axes \(axes) of an"),
            "\(text)")
    }

    @Test func normalization() {
        func text(_ mean: [Double], _ variance: [Double]) -> String {
            message([1, 3], [Normalization(mean: mean, variance: variance)])
        }
        #expect(text([1, 2], [1, 2]).contains("one for each of the 3 places on its last axis, got 2 and 2"))
        #expect(text([1], [1, 2, 3]).contains("got 1 and 3") && text([], []).contains("got 0 and 0"))
        #expect(text([1], [-1]).contains("variances finite and 0 or more"))
        #expect(text([.nan], [1]).contains("means must be finite"))
        let layer = Normalization(name: "shared")
        #expect(
            message([1, 4], [layer, Dense(3), layer])
                .hasPrefix("layer shared (Normalization): was built for sizes [4] of the axes [-1], got an"))
    }

    @Test func factors() {
        let image = [1, 4, 4, 3]
        let layers: [Layer] = [
            RandomTranslation(height: 1.5, width: 0), RandomTranslation(height: 0, width: -1.01),
            RandomRotation(.between(0, 2)), RandomZoom(height: -1),
            RandomZoom(height: 0, width: .between(-2, 0)),
            RandomBrightness(.init(.nan)), RandomContrast(-0.1), RandomContrast(.between(0, 1.2)),
            RandomSaturation(2), RandomErasing(1.1), RandomErasing(scale: .between(-0.1, 0.5)),
        ]
        for layer in layers {
            let text = message(image, [layer])
            #expect(text.contains("must be one or two numbers from"), "\(layer.typeName): \(text)")
            #expect(text.hasPrefix("layer random_"), "\(layer.typeName): \(text)")
        }
    }

    @Test func augmentation() {
        let image = [1, 4, 4, 3]
        let layers: [Layer] = [
            RandomFlip(), RandomRotation(0.1), RandomErasing(), RandomCrop(height: 2, width: 2),
        ]
        for layer in layers {
            #expect(message([1, 4], [layer]).contains("expects images"), "\(layer.typeName)")
        }
        #expect(
            message(image, [RandomRotation(0.1, fill: .constant(.nan))]).contains("finite value, got nan"))
        for range in [1.0...1.0, 0...Double.infinity] {
            #expect(message(image, [RandomBrightness(0.1, valueRange: range)]).contains("needs a range"))
            #expect(message(image, [RandomErasing(valueRange: range)]).contains("needs a range"))
        }
        #expect(message([1, 4, 4, 2], [RandomSaturation(0.1)]).contains("3 channels, red, green and blue"))
        #expect(
            message(image, [RandomErasing(fillValue: [1, 2])]).contains("one for each of the 3 channels"))
        #expect(message(image, [RandomErasing(fillValue: [.nan])]).contains("one finite fillValue"))
        let sizes: [(Int, Int, Int)] = [(0, 2, 0), (2, -1, 0), (2, 2, -1), (.max, 2, 0), (2, 2, .max)]
        for (height, width, padding) in sizes {
            #expect(
                message(image, [RandomCrop(height: height, width: width, padding: padding)])
                    .contains("height and width must be from 1"))
        }
    }
}
