import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// The weights of layers whose parameters have names or layouts of their own: separable and transposed convolutions, and
/// normalizations with statistics from data.
@Suite struct ImageLayerWeightTests {
    private static func net(isNamed: Bool = true) throws -> Model {
        func name(_ name: String) -> String? { isNamed ? name : nil }
        return Sequential(seed: 3, name: "net") {
            Normalization(inputShape: [5, 5, 3], name: name("statistics"))
            SeparableConv2D(4, kernelSize: 3, depthMultiplier: 2, name: name("separable"))
            DepthwiseConv2D(kernelSize: 2, usesBias: false, name: name("depthwise"))
            Conv2DTranspose(3, kernelSize: Size2D(height: 3, width: 2), strides: 2, name: name("up"))
            SeparableConv2D(2, kernelSize: 1, usesBias: false, name: name("last"))
        }
    }

    private static func filled() throws -> Model {
        let model = try net()
        try model.ensureBuilt()
        for (index, parameter) in model.allParameters.enumerated() {
            try parameter.assign(KerasModelTests.values(parameter.shape, index, isVariance: true))
        }
        return model
    }

    @Test(arguments: [".h5", ".weights.h5", ".npz", ".safetensors"])
    func roundTrips(_ ending: String) throws {
        let folder = try TestFolder()
        let model = try Self.filled()
        let url = folder.file("net\(ending)")
        try model.saveWeights(to: url)
        for matching in [WeightMatching.names, .order] where ending.hasSuffix("h5") || matching == .names {
            let other = try Self.net(isNamed: matching == .names || ending == ".npz")
            let report = try other.loadWeights(from: url, matching: matching)
            #expect(report.loaded.count == 11 && report.unused.isEmpty)
            #expect(WeightFixtures.areSame(model, other), "\(ending) \(matching)")
        }
    }

    @Test func torch() throws {
        let folder = try TestFolder()
        let model = try Self.filled()
        let url = folder.file("net.safetensors")
        try model.saveWeights(to: url, mapping: .torch())
        let file = try SafetensorsFile.read(url)
        #expect(file.tensors["separable.depthwise.weight"]?.shape == [6, 1, 3, 3])
        #expect(file.tensors["separable.pointwise.weight"]?.shape == [4, 6, 1, 1])
        #expect(file.tensors["separable.pointwise.bias"]?.shape == [4])
        #expect(file.tensors["up.weight"]?.shape == [4, 3, 3, 2])
        #expect(file.tensors["up.bias"]?.shape == [3])
        let kernel = try model.layer(named: "up").parameters[0].value
        #expect(file.tensors["up.weight"]?[1][2][0][1].item == kernel[0][1][2][1].item)
        let other = try Self.net()
        try other.loadWeights(from: url, mapping: .torch())
        #expect(WeightFixtures.areSame(model, other))
    }
}
