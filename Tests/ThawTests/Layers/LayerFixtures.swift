import Foundation
import Testing
import Thaw

/// Cases of Fixtures/layers.json: what Keras's layers give in float64.
struct LayerCase: Decodable, CustomTestStringConvertible {
    struct Arguments: Decodable {
        var units: Int?
        var filters: Int?
        var kernelSize: Int?
        var strides: Int?
        var padding: String?
        var dilationRate: Int?
        var groups: Int?
        var depthMultiplier: Int?
        var useBias: Bool?
        var activation: String?
        var poolSize: Int?
        var targetShape: [Int]?
        var maxValue: Double?
        var negativeSlope: Double?
        var threshold: Double?
        var alpha: Double?
        var sharedAxes: [Int]?
        var momentum: Double?
        var epsilon: Double?
        var center: Bool?
        var scale: Bool?
        var theta: Double?
        var margins: [Int]?
        var scales: [Double]?
        var offsets: [Double]?
        var axis: ScheduleTests.Argument?
        var outputPadding: Int?
        var size: [Int]?
        var interpolation: String?
        var mean: ScheduleTests.Argument?
        var variance: ScheduleTests.Argument?
        var invert: Bool?
    }

    let layer: String
    let arguments: Arguments
    let mode: String
    let trainable: Bool
    let x: TrainingFixtures.Reference
    let weights: [TrainingFixtures.Reference]
    let weightNames: [String]
    let y: TrainingFixtures.Reference
    let upstream: TrainingFixtures.Reference
    let dx: TrainingFixtures.Reference
    let dweights: [TrainingFixtures.Reference?]
    let nonTrainableAfter: [TrainingFixtures.Reference]

    var testDescription: String { "\(layer) \(x.shape) \(mode) \(arguments)" }

    static let all: [LayerCase] = {
        struct File: Decodable { let cases: [LayerCase] }
        let url = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Fixtures/layers.json")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return (try? decoder.decode(File.self, from: Data(contentsOf: url)).cases) ?? []
    }()

    /// Our layer of the same configuration; nil for a kind of layer that is not there.
    func makeLayer() -> Layer? {
        let padding: Padding2D = arguments.padding == "same" ? .same : .valid
        let strides = Size2D(arguments.strides ?? 1)
        let kernelSize = Size2D(arguments.kernelSize ?? 1)
        let poolSize = Size2D(arguments.poolSize ?? 2)
        let usesBias = arguments.useBias ?? true
        switch layer {
        case "Dense": return Dense(arguments.units ?? 1, activation: activation, usesBias: usesBias)
        case "Flatten": return Flatten()
        case "Reshape": return Reshape(arguments.targetShape ?? [])
        case "Activation": return Activation(activation)
        case "Softmax": return Softmax(axis: axes.first ?? -1)
        case "ThresholdedReLU": return ThresholdedReLU(theta: arguments.theta ?? 1)
        case "ReLU":
            return ReLU(
                maxValue: arguments.maxValue, negativeSlope: arguments.negativeSlope ?? 0,
                threshold: arguments.threshold ?? 0)
        case "LeakyReLU": return LeakyReLU(negativeSlope: arguments.negativeSlope ?? 0.3)
        case "ELU": return ELU(alpha: arguments.alpha ?? 1)
        case "PReLU": return PReLU(sharedAxes: arguments.sharedAxes ?? [])
        case "BatchNormalization":
            return BatchNormalization(
                momentum: arguments.momentum ?? 0.99, epsilon: arguments.epsilon ?? 1e-3,
                center: arguments.center ?? true, scale: arguments.scale ?? true)
        case "LayerNormalization":
            return LayerNormalization(
                axes: axes, epsilon: arguments.epsilon ?? 1e-3, center: arguments.center ?? true,
                scale: arguments.scale ?? true)
        case "GroupNormalization":
            return GroupNormalization(
                groups: arguments.groups ?? 32, epsilon: arguments.epsilon ?? 1e-3,
                center: arguments.center ?? true, scale: arguments.scale ?? true)
        case "Conv2D":
            return Conv2D(
                arguments.filters ?? 1, kernelSize: kernelSize, strides: strides, padding: padding,
                dilation: Size2D(arguments.dilationRate ?? 1), groups: arguments.groups ?? 1,
                activation: activation, usesBias: usesBias)
        case "DepthwiseConv2D":
            return DepthwiseConv2D(
                kernelSize: kernelSize, strides: strides, padding: padding,
                depthMultiplier: arguments.depthMultiplier ?? 1, usesBias: usesBias)
        case "MaxPooling2D":
            return MaxPooling2D(
                poolSize: poolSize, strides: arguments.strides.map { Size2D($0) }, padding: padding)
        case "AveragePooling2D":
            return AveragePooling2D(
                poolSize: poolSize, strides: arguments.strides.map { Size2D($0) }, padding: padding)
        case "GlobalAveragePooling2D": return GlobalAveragePooling2D()
        case "GlobalMaxPooling2D": return GlobalMaxPooling2D()
        case "ZeroPadding2D": return ZeroPadding2D(margins)
        case "Cropping2D": return Cropping2D(margins)
        case "Rescaling": return Rescaling(scales: arguments.scales ?? [], offsets: arguments.offsets ?? [])
        case "SeparableConv2D":
            return SeparableConv2D(
                arguments.filters ?? 1, kernelSize: kernelSize, strides: strides, padding: padding,
                depthMultiplier: arguments.depthMultiplier ?? 1,
                dilation: Size2D(arguments.dilationRate ?? 1), activation: activation, usesBias: usesBias)
        case "Conv2DTranspose":
            return Conv2DTranspose(
                arguments.filters ?? 1, kernelSize: kernelSize, strides: strides, padding: padding,
                outputPadding: arguments.outputPadding.map { Size2D($0) },
                dilation: Size2D(arguments.dilationRate ?? 1), activation: activation, usesBias: usesBias)
        case "UpSampling2D":
            let size = arguments.size ?? [2, 2]
            return UpSampling2D(
                Size2D(height: size[0], width: size[1]),
                interpolation: .init(rawValue: arguments.interpolation ?? "nearest") ?? .nearest)
        case "Normalization":
            let inverts = arguments.invert ?? false
            guard let mean = arguments.mean, let variance = arguments.variance else {
                return Normalization(axes: axes, inverts: inverts)
            }
            return Normalization(
                mean: numbers(mean), variance: numbers(variance), axes: axes, inverts: inverts)
        default: return nil
        }
    }

    private var margins: Margins2D {
        let sizes = arguments.margins ?? [0, 0, 0, 0]
        return Margins2D(top: sizes[0], bottom: sizes[1], left: sizes[2], right: sizes[3])
    }

    private var axes: [Int] { numbers(arguments.axis).map { Int($0) } }

    private func numbers(_ argument: ScheduleTests.Argument?) -> [Double] {
        switch argument {
        case .one(let number): [number]
        case .several(let numbers): numbers
        default: []
        }
    }

    private var activation: ActivationFunction {
        guard let name = arguments.activation else { return .linear }
        return ActivationFunctionTests.byKerasName[name]
            ?? ActivationFunction(name: name) { _ in
                throw LayerError("there is no activation \(name)")
            }
    }
}
