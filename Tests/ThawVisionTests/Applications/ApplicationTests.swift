import Foundation
import Testing
import ThawVision

@Suite struct ApplicationTests {
    @Test func everyNetworkIsCompared() {
        #expect(Set(NetworkCase.file.networks.map(\.network)) == Set(NetworkMaker.names))
    }

    /// Names, classes, order, parameters and shapes of all layers are Keras's.
    @Test(arguments: NetworkCase.file.networks) func layersAreKeras(_ example: NetworkCase) throws {
        let network = try example.make()
        #expect(network.name == example.name)
        #expect(network.parameterCount == example.parameters)
        let expected = try #require(example.layers)
        #expect(network.layers.count == expected.count)
        for (layer, row) in zip(network.layers, expected) { #expect(try NetworkCase.Row(layer) == row) }
    }

    @Test(arguments: NetworkCase.file.variants) func variantsAreKeras(_ example: NetworkCase) throws {
        let network = try example.make()
        #expect(network.name == example.name)
        #expect(network.parameterCount == example.parameters)
        #expect(network.layers.count == example.count)
        for (layer, row) in zip(network.layers.suffix(6), try #require(example.last)) {
            #expect(try NetworkCase.Row(layer) == row)
        }
    }

    @Test(arguments: [(20, 269_722), (32, 464_154), (44, 658_586), (56, 853_018), (110, 1_727_962)])
    func networksForCIFAR(_ depth: Int, _ weights: Int) throws {
        let network = try CIFARResNet(depth: depth, weights: .none)
        #expect(network.trainableParameterCount == weights)
        #expect(network.outputShape == [10])
        #expect(network.layers.count { $0 is Conv2D || $0 is Dense } == depth)
        let body = try CIFARResNet(depth: depth, inputShape: [40, 48, 3], weights: .none, includeTop: false)
        #expect(body.outputShape == [10, 12, 64])
    }

    @Test func firstLayersAreThoseOfTheBlog() throws {
        let network = try ResNet50(weights: .none, includeTop: false)
        // What `layers[:140]` leaves trainable: the end of conv4_block6 and all of conv5.
        for layer in network.layers.prefix(140) { layer.freeze() }
        #expect(network.layers[139].name == "conv4_block6_3_conv")
        #expect(network.layers[140].name == "conv4_block6_3_bn")
        #expect(network.layers.count == 175)
    }

    @Test func clonesAreOfTheSameKind() throws {
        let network = try MobileNet(
            alpha: 0.25, inputShape: [32, 32, 3], weights: .none, includeTop: false, seed: 3)
        network.layers[5].freeze()
        let copy = try network.clone()
        #expect(copy.name == network.name && copy.preprocessing == .tensorFlow)
        #expect(copy.layers.map(\.name) == network.layers.map(\.name))
        #expect(copy.layers.map(\.isTrainable) == network.layers.map(\.isTrainable))
        #expect(copy.allParameters[0] !== network.allParameters[0])
        try copy.copyWeights(from: network)
        let x = Tensor.zeros([1, 32, 32, 3])
        #expect(try copy.predict(x) == network.predict(x))
    }

    @Test func aSavedNetworkIsTheSame() throws {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "net.keras")
        let network = try CIFARResNet(depth: 8, inputShape: [8, 8, 3], weights: .none, seed: 3)
        try network.save(to: file)
        let loaded = try Model.load(from: file)
        #expect(loaded.layers.map(\.name) == network.layers.map(\.name))
        #expect(loaded.preprocessing == .torch)
        var stream = RandomStream(seed: 1)
        let x = stream.normalTensor([2, 8, 8, 3])
        #expect(try loaded.predict(x) == network.predict(x))
    }

    @Test func aSeedGivesTheSameWeights() throws {
        func first(_ seed: UInt64) throws -> Tensor {
            try MobileNetV2(
                alpha: 0.35, inputShape: [32, 32, 3], weights: .none, includeTop: false, seed: seed
            ).weights[0]
        }
        #expect(try first(1) == first(1))
        #expect(try first(1) != first(2))
    }

    @Test func preprocessingIsTheWeights() throws {
        func of(_ name: String) throws -> Preprocessing? {
            try NetworkMaker(shape: [80, 80, 3], includeTop: false).make(name).preprocessing
        }
        #expect(try of("ResNet50") == .caffe && of("VGG16") == .caffe)
        #expect(try of("MobileNet") == .tensorFlow && of("MobileNetV2") == .tensorFlow)
        #expect(try of("InceptionV3") == .tensorFlow && of("DenseNet121") == .torch)
        #expect(try of("Xception") == .tensorFlow && of("EfficientNetB1") == .rawPixels)
    }
}
