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

    @Test(arguments: [
        ("ResNet50", 16, "conv5_block3"), ("ResNet101", 33, "conv5_block3"),
        ("ResNet152", 50, "conv5_block3"),
        ("MobileNet", 13, "conv_13"), ("MobileNetV2", 17, "block_16"), ("VGG16", 5, "block5"),
        ("VGG19", 5, "block5"), ("DenseNet121", 58, "conv5_block16"), ("InceptionV3", 11, "mixed10"),
        ("Xception", 14, "block14"), ("EfficientNetB0", 16, "block7a"), ("EfficientNetB3", 26, "block7b"),
    ])
    func blocksAreWhole(_ name: String, _ count: Int, _ last: String) throws {
        let network = try NetworkMaker(shape: [96, 96, 3], includeTop: false).make(name)
        let names = network.blocks.map(\.name)
        #expect(names.count == count && Set(names).count == count && names.last == last)
        network.freeze()
        try network.unfreeze(lastBlocks: 1)
        let trained = network.layers.filter { !$0.parameters.isEmpty && $0.isTrainable }
        let last = try #require(network.blocks.last).layers.filter { !$0.parameters.isEmpty }
        #expect(!trained.isEmpty && trained.map(\.name) == last.map(\.name))
        #expect(trained.count < network.layers.count / 4)
    }

    @Test func blocksForCIFAR() throws {
        let network = try CIFARResNet(weights: .none)
        #expect(
            network.blocks.map(\.name) == (1...3).flatMap { stage in (0..<3).map { "layer\(stage).\($0)" } })
        #expect(network.blocks.last?.layers.last?.name == "linear")
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
