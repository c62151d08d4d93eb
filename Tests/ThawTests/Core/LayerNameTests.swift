import Testing

@testable import Thaw

@Suite struct LayerNameTests {
    @Test(arguments: [
        ("Dense", "dense"), ("Conv2D", "conv2d"), ("DepthwiseConv2D", "depthwise_conv2d"),
        ("BatchNormalization", "batch_normalization"), ("MaxPooling2D", "max_pooling2d"), ("ReLU", "re_lu"),
        ("GlobalAveragePooling2D", "global_average_pooling2d"), ("InputLayer", "input_layer"), ("ELU", "elu"),
        ("LeakyReLU", "leaky_re_lu"), ("PReLU", "p_re_lu"),
    ])
    func snakeCaseAsInKeras(type: String, name: String) {
        #expect(LayerName.base(of: type) == name)
    }

    @Test func numberedPastTakenNames() {
        let model = Sequential([Dense(1), Dense(1, name: "dense_1"), Dense(1), Flatten()])
        #expect(model.layers.map(\.name) == ["dense", "dense_1", "dense_2", "flatten"])
        model.add(Dense(1))
        #expect(model.layers.last?.name == "dense_3")
    }
}
