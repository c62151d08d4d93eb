import Testing
import ThawTestSupport

@testable import Thaw

/// The text that Keras 3.15 prints for the same models.
@Suite struct SummaryTests {
    @Test func asKerasPrintsIt() {
        let text = Runtime.$engine.withValue(ReferenceEngine()) {
            Sequential {
                Flatten(inputShape: [28, 28])
                BatchNormalization()
                Dense(300, activation: .relu)
                Dense(10, name: "a_really_long_layer_name_that_wraps_the_table")
            }.summaryText
        }
        #expect(
            text == """
                Model: "sequential"
                ┏━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━━━━━━━━━━┳━━━━━━━━━━━━━━━┓
                ┃ Layer (type)                    ┃ Output Shape           ┃       Param # ┃
                ┡━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━━━━━━━━━━╇━━━━━━━━━━━━━━━┩
                │ flatten (Flatten)               │ (None, 784)            │             0 │
                ├─────────────────────────────────┼────────────────────────┼───────────────┤
                │ batch_normalization             │ (None, 784)            │         3,136 │
                │ (BatchNormalization)            │                        │               │
                ├─────────────────────────────────┼────────────────────────┼───────────────┤
                │ dense (Dense)                   │ (None, 300)            │       235,500 │
                ├─────────────────────────────────┼────────────────────────┼───────────────┤
                │ a_really_long_layer_name_that_… │ (None, 10)             │         3,010 │
                │ (Dense)                         │                        │               │
                └─────────────────────────────────┴────────────────────────┴───────────────┘
                 Total params: 241,646 (943.93 KB)
                 Trainable params: 240,078 (937.80 KB)
                 Non-trainable params: 1,568 (6.12 KB)
                """)
    }

    @Test func frozenNestedModel() {
        let text = Runtime.$engine.withValue(ReferenceEngine()) {
            let base = Sequential(name: "base") {
                Conv2D(4, kernelSize: 3, inputShape: [8, 8, 3])
                GlobalAveragePooling2D()
            }
            base.freeze()
            return Sequential([base, Dense(2)]).summaryText
        }
        #expect(text.contains("│ base (Sequential)               │ (None, 4)              │           112 │"))
        #expect(text.contains(" Total params: 122 (488.00 B)\n"))
        #expect(text.contains(" Trainable params: 10 (40.00 B)\n"))
        #expect(text.hasSuffix(" Non-trainable params: 112 (448.00 B)"))
    }

    @Test func notBuilt() {
        let text = Sequential([Dense(2)]).summaryText
        #expect(text.contains("│ dense (Dense)                   │ ?                      │   0 (unbuilt) │"))
        #expect(text.hasSuffix(" Non-trainable params: 0 (0.00 B)"))
    }

    @Test func numbers() {
        #expect(0.groupedByThousands == "0")
        #expect(999.groupedByThousands == "999")
        #expect(1_000.groupedByThousands == "1,000")
        #expect(1_234_567.groupedByThousands == "1,234,567")
    }

    /// Keras 3.15 prints the same; its Adam has no count of updates for each parameter, which makes ours larger by two.
    @Test(arguments: [
        ("sgd", " Total params: 25 (104.00 B)", " Optimizer params: 2 (12.00 B)"),
        ("momentum", " Total params: 33 (136.00 B)", " Optimizer params: 10 (44.00 B)"),
        ("rmsprop", " Total params: 33 (136.00 B)", " Optimizer params: 10 (44.00 B)"),
        ("adam", " Total params: 43 (176.00 B)", " Optimizer params: 20 (84.00 B)"),
    ])
    func whatTheOptimizerKeeps(_ name: String, _ total: String, _ optimizer: String) throws {
        let model = Sequential([Dense(3, inputShape: [4]), Dense(2)])
        model[0].freeze()
        let optimizers: [String: Optimizer] = [
            "sgd": .sgd(), "momentum": .sgd(momentum: 0.9), "rmsprop": .rmsprop(), "adam": .adam(),
        ]
        try model.compile(optimizer: try #require(optimizers[name]), loss: .meanSquaredError)
        #expect(model.summaryText.hasSuffix(" Non-trainable params: 15 (60.00 B)"))
        try model.fit(Tensor.ones([4, 4]), Tensor.ones([4, 2]), verbosity: .silent)
        #expect(model.summaryText.contains(total))
        #expect(model.summaryText.hasSuffix(" Non-trainable params: 15 (60.00 B)\n" + optimizer))
    }
}
