import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Networks whose weights others published.
enum PublishedNets {
    /// MobileNet (Howard et al., 2017) of alpha 0.25 without a top, with the names of keras.applications.
    static func mobileNet(size: Int) throws -> Model {
        let image = Input(shape: [size, size, 3], name: "input_1")
        var x = try Conv2D(
            8, kernelSize: 3, strides: 2, padding: .same, usesBias: false, name: "conv1")(image)
        x = try BatchNormalization(name: "conv1_bn")(x)
        x = try ReLU(maxValue: 6, name: "conv1_relu")(x)
        let filters = [16, 32, 32, 64, 64, 128, 128, 128, 128, 128, 128, 256, 256]
        for (place, filters) in filters.enumerated() {
            let number = place + 1
            x = try DepthwiseConv2D(
                kernelSize: 3, strides: [2, 4, 6, 12].contains(number) ? 2 : 1, padding: .same,
                usesBias: false,
                name: "conv_dw_\(number)")(x)
            x = try BatchNormalization(name: "conv_dw_\(number)_bn")(x)
            x = try ReLU(maxValue: 6, name: "conv_dw_\(number)_relu")(x)
            x = try Conv2D(filters, kernelSize: 1, usesBias: false, name: "conv_pw_\(number)")(x)
            x = try BatchNormalization(name: "conv_pw_\(number)_bn")(x)
            x = try ReLU(maxValue: 6, name: "conv_pw_\(number)_relu")(x)
        }
        return try Model(inputs: [image], outputs: [x], name: "mobilenet")
    }

    /// ResNet-20 for CIFAR-10 (He et al., 2015) with shortcuts of option A, named as in akamaster/pytorch_resnet_cifar10.
    static func resNet20() throws -> Model {
        func normalized(_ x: LayerOutput, _ filters: Int, _ strides: Int, _ name: String, _ number: Int)
            throws
            -> LayerOutput
        {
            let y = try Conv2D(
                filters, kernelSize: 3, strides: Size2D(height: strides, width: strides),
                padding: .explicit(top: 1, bottom: 1, left: 1, right: 1), usesBias: false,
                name: "\(name)conv\(number)")(x)
            return try BatchNormalization(momentum: 0.9, epsilon: 1e-5, name: "\(name)bn\(number)")(y)
        }
        let image = Input(shape: [32, 32, 3])
        var x = try ReLU()(normalized(image.layerOutput, 16, 1, "", 1))
        for (stage, filters) in [16, 32, 64].enumerated() {
            for block in 0..<3 {
                let name = "layer\(stage + 1).\(block)."
                let strides = stage > 0 && block == 0 ? 2 : 1
                let inner = try ReLU()(normalized(x, filters, strides, name, 1))
                let residual = try normalized(inner, filters, 1, name, 2)
                let shortcut = strides == 1 ? x : try PaddedShortcut(filters: filters)(x)
                x = try ReLU()(Add()(residual, shortcut))
            }
        }
        let scores = try Dense(10, name: "linear")(GlobalAveragePooling2D()(x))
        return try Model(inputs: [image], outputs: [scores], name: "resnet20")
    }
}

/// Every second row and column, and new channels of zeros on both sides: a shortcut without parameters.
final class PaddedShortcut: Layer {
    let filters: Int

    init(filters: Int) {
        self.filters = filters
        super.init()
    }

    override func call(_ input: SymbolicTensor, context: CallContext) throws -> SymbolicTensor {
        let shape = input.shape
        // Pairs of rows and columns, of which the first is kept.
        let pairs = try input.reshape(
            to: [shape[0], shape[1] / 2, 2, shape[2] / 2, 2, shape[3]])
        let first = try pairs.slice(
            starts: [0, 0, 0, 0, 0, 0], sizes: [shape[0], shape[1] / 2, 1, shape[2] / 2, 1, shape[3]])
        let halved = try first.reshape(to: [shape[0], shape[1] / 2, shape[2] / 2, shape[3]])
        let more = (filters - shape[3]) / 2
        return try halved.pad(before: [0, 0, 0, more], after: [0, 0, 0, filters - shape[3] - more])
    }
}

/// A folder of files from elsewhere, which the project does not contain.
private let realData = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map { URL(filePath: $0) }

/// Weights that others published, with `THAW_REAL_DATA` naming the folder they are in.
@Suite(.enabled(if: realData != nil, "needs weights from elsewhere: THAW_REAL_DATA=FOLDER"))
struct RealWeightTests {
    /// A file of Keras 2.0.4: 135 arrays.
    @Test func mobileNetOfKeras2() throws {
        let url = try #require(realData).appending(path: "mobilenet_025/mobilenet_2_5_224_tf_no_top.h5")
        for matching in [WeightMatching.automatic, .names, .order] {
            let model = try PublishedNets.mobileNet(size: 64)
            #expect(model.parameterCount == 218_544)
            let report = try model.loadWeights(from: url, matching: matching)
            #expect(report.loaded.count == 135 && report.skipped.isEmpty && report.unused.isEmpty)
            #expect(report.nanCount == 0 && report.format == .kerasLayers)
            let bn = try model.layer(named: "conv_pw_13_bn")
            #expect(bn.weights[3].floats.allSatisfy { $0 > 0 && $0 != 1 })
        }
        // The body of another net takes what fits.
        let body = try PublishedNets.mobileNet(size: 32)
        let part = try Model(
            inputs: body.inputs, outputs: [body.layer(named: "conv_pw_3_relu").output], name: "part")
        let report = try part.loadWeights(from: url, strict: false)
        #expect(report.missing.isEmpty && report.loaded.count == 35 && report.unused.count == 100)
    }

    /// PyTorch's ResNet-20 is right about 91.6 % of 932 images of CIFAR-10.
    @Test func resNet20OfPyTorch() throws {
        let folder = try #require(realData)
        let model = try PublishedNets.resNet20()
        let report = try model.loadWeights(
            from: folder.appending(path: "cifar10_resnet/resnet20-12fca82f.th"))
        #expect(report.format == .torch && report.matching == .names && report.notes.isEmpty, "\(report)")
        #expect(report.skipped.isEmpty && report.unused.isEmpty && report.loaded.count == 97)
        let (images, labels) = try CIFARBinaryFile.read(
            folder.appending(path: "cifar10_lossless/test_932.bin"))
        let count = images.shape[0]
        #expect(count == 932)
        let means = Tensor(shape: [3], scalars: [Float(0.485), 0.456, 0.406])
        let deviations = Tensor(shape: [3], scalars: [Float(0.229), 0.224, 0.225])
        let scores = try model.predict((images.cast(to: .float32) / 255 - means) / deviations)
        let right = zip(
            scores.argMax(axis: -1).scalars(as: Int32.self), labels.scalars(as: Int32.self)
        ).count { $0 == $1 }
        let accuracy = Double(right) / Double(count)
        #expect(abs(accuracy - 0.916) < 0.001, "\(accuracy)")
    }
}
