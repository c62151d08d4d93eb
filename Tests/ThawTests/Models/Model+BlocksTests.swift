import Testing

@testable import Thaw

@Suite struct ModelBlocksTests {
    @Test(
        arguments: [
            ("conv5_block3_1_conv", "conv5_block3"), ("conv4_block23_out", "conv4_block23"),
            ("block14_sepconv1_act", "block14"), ("block_16_project_BN", "block_16"),
            ("block7a_se_reduce", "block7a"),
            ("block5_conv3", "block5"), ("encoder_block2_dense", "encoder_block2"), ("block3", "block3"),
            ("layer3.2.conv1", "layer3.2"), ("features.18.conv.0", "features.18"),
            ("encoder.layer.11.attention", "encoder.layer.11"), ("conv_dw_13", "conv_13"),
            ("conv_pw_13_relu", "conv_13"), ("conv_pad_12", "conv_12"),
            ("expanded_conv_project", "expanded_conv"), ("Conv_1_bn", nil), ("conv1_bn", nil),
            ("dense_3", nil),
            ("batch_normalization_7", nil), ("top_conv", nil), ("blocking_2", nil), ("pool4_conv", nil),
            ("1.2", nil), ("", nil),
        ] as [(String, String?)])
    func namesTellBlocks(_ layer: String, _ block: String?) {
        #expect(LayerBlock.name(of: layer) == block)
    }

    private func body() throws -> Model {
        let x = Input(shape: [6])
        var y = try Dense(6, name: "stem")(x)
        for number in 1...3 {
            let z = try Dense(6, name: "block\(number)_dense")(y)
            let normal = try BatchNormalization(name: "block\(number)_bn")(z)
            y = try Add(name: "sum_\(number)")(normal, y)
        }
        return try Model(inputs: [x], outputs: [ReLU(name: "last")(y)], name: "body")
    }

    @Test func blocksHaveWhatFollowsThem() throws {
        let blocks = try body().blocks
        #expect(blocks.map(\.name) == ["block1", "block2", "block3"])
        #expect(blocks[0].layers.map(\.name) == ["block1_dense", "block1_bn", "sum_1"])
        #expect(blocks[2].layers.map(\.name) == ["block3_dense", "block3_bn", "sum_3", "last"])
    }

    @Test func theLastBlocksThaw() throws {
        let body = try body()
        body.freeze()
        try body.unfreeze(lastBlocks: 1)
        let trained = body.layers.filter { !$0.parameters.isEmpty && $0.isTrainable }.map(\.name)
        #expect(trained == ["block3_dense", "block3_bn"])
        body.freeze()
        try body.unfreeze(lastBlocks: 2, keepingBatchNormalizationFrozen: true)
        let gently = body.layers.filter { !$0.parameters.isEmpty && $0.isTrainable }.map(\.name)
        #expect(gently == ["block2_dense", "block3_dense"])
    }

    @Test func blocksOfAModelInside() throws {
        let body = try body()
        let model = Sequential {
            body; Dense(2, name: "head")
        }
        model.freeze()
        try model.unfreeze(lastBlocks: 1)
        let trained = model.leaves.filter { !$0.parameters.isEmpty && $0.isTrainable }.map(\.name)
        #expect(trained == ["block3_dense", "block3_bn", "head"])
    }

    @Test func modulesThatEndWithTheirName() throws {
        let model = Sequential {
            Dense(2, inputShape: [2])
            ReLU(name: "mixed0")
            Dense(2)
            BatchNormalization()
            ReLU(name: "mixed1")
            Dense(2, name: "predictions")
        }
        #expect(model.blocks.map(\.name) == ["mixed0", "mixed1"])
        #expect(model.blocks[1].layers.count == 4)
    }

    @Test func tooManyAreRefused() throws {
        let body = try body()
        body.freeze()
        for count in [0, -1, 4] {
            let error = #expect(throws: ModelError.self) { try body.unfreeze(lastBlocks: count) }
            #expect(error?.description.contains("has 3 blocks, \(count) were asked for; give 1 to 3") == true)
        }
        #expect(!body.isTrainable)
        let none = #expect(throws: ModelError.self) {
            try Sequential { Dense(2, inputShape: [2]) }.unfreeze(lastBlocks: 1)
        }
        #expect(none?.description.contains("use unfreeze(from:)") == true)
    }
}
