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

    /// Sizes that nothing could hold are errors, not traps of the arithmetic.
    @Test func absurdSizes() throws {
        let image = [1, 4, 4, 2]
        let huge = Padding2D.explicit(top: .max, bottom: .max, left: 1, right: 1)
        let layers: [(Layer, String)] = [
            (Conv2D(1, kernelSize: 2, dilation: Size2D(.max)), "dilation"),
            (Conv2D(1, kernelSize: 1, dilation: Size2D(.max)), "dilation"),
            (Conv2D(1, kernelSize: 2, padding: .same, dilation: Size2D(.max / 2)), "dilation"),
            (DepthwiseConv2D(kernelSize: 2, dilation: Size2D(.max)), "dilation"),
            (Conv2D(1, kernelSize: 2, strides: Size2D(.max), padding: .same), "strides"),
            (Conv2D(1, kernelSize: 2, padding: huge), "padding"),
            (DepthwiseConv2D(kernelSize: 2, padding: huge), "padding"),
            (
                Conv2D(1, kernelSize: 2, padding: .explicit(top: .min, bottom: 0, left: 0, right: 0)),
                "negative"
            ),
            (MaxPooling2D(poolSize: Size2D(.max), padding: .same), "window"),
            (MaxPooling2D(poolSize: 2, strides: Size2D(.max), padding: .same), "strides"),
            (MaxPooling2D(poolSize: 2, padding: huge), "padding"),
            (AveragePooling2D(poolSize: Size2D(.max), padding: .same), "window"),
            (AveragePooling2D(poolSize: Size2D(.max)), "window"),
            (ZeroPadding2D(Margins2D(height: .max, width: .max)), "larger than"),
            (ZeroPadding2D(Margins2D(height: 1 << 40, width: 1 << 40)), "larger than"),
            (Cropping2D(Margins2D(height: .max, width: .max)), "whole image"),
            (Reshape([.max, 2]), "cannot give"), (Reshape([-1, .max]), "cannot give"),
            (Dense(.max), "larger than any memory"), (Conv2D(.max, kernelSize: 2), "larger than any memory"),
            (Conv2D(1, kernelSize: Size2D(.max)), "larger than any memory"),
            (DepthwiseConv2D(kernelSize: 2, depthMultiplier: .max), "larger than any memory"),
            (SeparableConv2D(1, kernelSize: 2, depthMultiplier: .max), "larger than any memory"),
            (SeparableConv2D(1, kernelSize: 2, dilation: Size2D(.max)), "dilation"),
            (Conv2DTranspose(1, kernelSize: Size2D(.max)), "larger than any memory"),
            (Conv2DTranspose(.max, kernelSize: 1), "larger than any memory"),
            (Conv2DTranspose(1, kernelSize: 2, strides: Size2D(.max)), "not possible"),
            (Conv2DTranspose(1, kernelSize: 2, dilation: Size2D(.max)), "not possible"),
            (Conv2DTranspose(1, kernelSize: 2, strides: Size2D(1 << 30)), "too large"),
            (UpSampling2D(Size2D(.max)), "too large"),
            (UpSampling2D(Size2D(1025), interpolation: .bilinear), "too large"),
            (Normalization(axes: [.max]), "axes"), (Normalization(axes: [.min]), "axes"),
            (GroupNormalization(groups: .max), "groups"), (LayerNormalization(axes: [.max]), "axes"),
            (LayerNormalization(axes: [.min]), "axes"), (Softmax(axis: .max), "axis"),
            (Softmax(axis: .min), "axis"), (PReLU(sharedAxes: [.max]), "axis"),
            (Concatenate(axis: .max), ""), (Concatenate(axis: .min), ""),
        ]
        for (layer, part) in layers {
            let text = message(image, [layer])
            guard !part.isEmpty else { continue }
            #expect(text.contains(part), "\(layer.typeName): \(text)")
            #expect(text.contains("layer "), "\(layer.typeName): \(text)")
        }
    }

    @Test func absurdInputs() throws {
        for shape in [[Int.max, 4], [1 << 40, 1 << 40]] {
            let flat = message([1] + shape, [Flatten(inputShape: shape)])
            #expect(flat.contains("larger than any memory"), "\(flat)")
            #expect(throws: LayerError.self) { try Flatten()(Input(shape: shape)) }
            #expect(throws: (any Error).self) {
                try Sequential([Input(shape: shape), Dense(1)]).ensureBuilt()
            }
        }
        let x = Input(shape: [1 << 30, 2])
        #expect(throws: (any Error).self) { try Concatenate(axis: 1)(Array(repeating: x, count: 1 << 14)) }
    }

    @Test func shapesOfInputs() throws {
        for shape in [[-4], [0], [3, -1]] {
            let error = #expect(throws: LayerError.self) { try Dense(2)(Input(shape: shape, name: "x")) }
            let text = error?.description ?? ""
            #expect(text.hasPrefix("layer x (InputLayer): ") && text.contains("\(shape)"), "\(text)")
            let stacked = #expect(throws: LayerError.self) {
                try Sequential([Input(shape: shape), Dense(2)], name: "net").ensureBuilt()
            }
            #expect(stacked?.description.contains("an input of shape") == true)
            #expect(stacked?.description.contains("kernel") == false)
        }
        let error = #expect(throws: (any Error).self) {
            let x = Input(shape: [-4], name: "x")
            _ = try Model(inputs: [x], outputs: [x])
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("InputLayer"))
    }

    /// Numbers that are none.
    @Test(arguments: [Double.nan, .infinity, -.infinity]) func settingsThatAreNoNumbers(_ value: Double) {
        let layers: [Layer] = [
            ELU(alpha: value), LeakyReLU(negativeSlope: value), ThresholdedReLU(theta: value),
            ReLU(negativeSlope: value), ReLU(threshold: value), GaussianNoise(standardDeviation: value),
            GaussianDropout(value), Dropout(value), AlphaDropout(value), SpatialDropout2D(value),
            Rescaling(value), BatchNormalization(momentum: value), BatchNormalization(epsilon: value),
            LayerNormalization(epsilon: value), GroupNormalization(groups: 1, epsilon: value),
            Activation(.elu(alpha: value)), Activation(.leakyRelu(slope: value)),
            Dense(1, kernelInitializer: .constant(value)),
            Dense(1, kernelInitializer: .randomNormal(standardDeviation: value)),
            Dense(1, kernelInitializer: .randomUniform(minimum: value, maximum: 1)),
            Dense(1, kernelRegularizer: .l2(value)), Dense(1, kernelConstraint: .maxNorm(value)),
        ]
        for layer in layers {
            let text = message([1, 4, 4, 2], [layer])
            #expect(text.hasPrefix("layer "), "\(layer.typeName) took \(value)")
        }
        #expect(value == .infinity || message([1, 4], [ReLU(maxValue: value)]).contains("maxValue"))
    }

    /// The layer is named whose setting it is, as soon as it is built.
    @Test func penaltiesAndConstraints() {
        #expect(
            message([1, 4], [Dense(2, kernelRegularizer: .l2(-1), name: "first")])
                == "layer first (Dense): parameter \"kernel\": the regularizer l2 has the strength -1.0; it must be 0 or more."
        )
        let constraint = message(
            [1, 4], [Sequential([Dense(2, biasConstraint: .maxNorm(-1))], name: "block")])
        #expect(
            constraint.hasPrefix("layer block/dense (Dense): parameter \"bias\": the constraint max_norm"))
        #expect(
            message([1, 4], [Dense(2, biasRegularizer: .orthogonal())])
                .hasPrefix(
                    "layer dense (Dense): parameter \"bias\": the regularizer orthogonal takes matrices"))
        let rows = Regularizer(name: "rows") { try $0.sum(axes: [0]) }
        #expect(message([1, 4], [Dense(2, kernelRegularizer: rows)]).contains("a scalar, got float32[2]"))
        let sum = Constraint(name: "sum") { try $0.sum() }
        #expect(message([1, 4], [Dense(2, kernelConstraint: sum)]).contains("float32[4, 2], got float32[]"))
        let axis = message([1, 4], [Dense(2, biasConstraint: .maxNorm(1, axes: [3]))])
        #expect(axis.hasPrefix("layer dense") && axis.contains("axis 3"), "\(axis)")
    }
}
