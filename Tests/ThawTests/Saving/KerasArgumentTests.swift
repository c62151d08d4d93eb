import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// Arguments in Keras's files: how large they may be, and what is said of the wrong type.
@Suite struct KerasArgumentTests {
    @Test func schedulesMayTakeLong() throws {
        func schedule(_ className: String, _ config: JSONValue) throws -> any LearningRateSchedule {
            try Optimizer.keras(
                [
                    "class_name": "SGD",
                    "config": ["learning_rate": ["class_name": .string(className), "config": config]],
                ], kerasVersion: 3
            ).schedule
        }
        let long = 1 << 40
        let steps = JSONValue.integer(long)
        #expect(
            try
                (schedule(
                    "ExponentialDecay",
                    ["initial_learning_rate": 0.1, "decay_steps": steps, "decay_rate": 0.5])
                as? ExponentialDecay)?
                .steps == long)
        #expect(
            try
                (schedule("PiecewiseConstantDecay", ["boundaries": [10, steps], "values": [0.3, 0.2, 0.1]])
                as? PiecewiseConstantDecay)?.boundaries == [10, long])
        #expect(
            try
                (schedule(
                    "CosineDecay",
                    ["initial_learning_rate": 0.1, "decay_steps": steps, "warmup_steps": steps])
                as? CosineDecay)?.steps == long)
        for absurd in [JSONValue.integer(1 << 54), .number(1e300), -9_223_372_036_854_775_808] {
            #expect(throws: (any Error).self) {
                try schedule(
                    "ExponentialDecay",
                    ["initial_learning_rate": 0.1, "decay_steps": absurd, "decay_rate": 0.5])
            }
        }
    }

    @Test func elementsOfTheWrongTypeAreNamed() throws {
        func expectNamed(_ argument: String, _ body: () throws -> Void) {
            let error = #expect(throws: SavedModelError.self) { try body() }
            #expect(error?.description.contains(argument) == true, "\(argument)")
        }
        let reader = KerasModelReader(kerasVersion: 3, customLayers: [])
        func layer(_ className: String, _ config: JSONValue) throws {
            var config = config
            config["name"] = "l"
            _ = try reader.model(
                from: HostileModelTests.sequential(
                    ["class_name": .string(className), "config": config], input: [8, 8, 3]))
        }
        expectNamed("kernel_size") {
            try layer("Conv2D", ["filters": 2, "kernel_size": [3, "wide", 3]])
        }
        expectNamed("pool_size") { try layer("MaxPooling2D", ["pool_size": [.null, 2, 2]]) }
        expectNamed("shared_axes") { try layer("PReLU", ["shared_axes": [1, "2"]]) }
        expectNamed("values") {
            _ = try Optimizer.keras(
                [
                    "class_name": "SGD",
                    "config": [
                        "learning_rate": [
                            "class_name": "PiecewiseConstantDecay",
                            "config": ["boundaries": [1], "values": [0.1, "slow", 0.01]],
                        ]
                    ],
                ], kerasVersion: 3)
        }
        expectNamed("alpha") {
            _ = try Loss.keras(
                ["class_name": "CategoricalFocalCrossentropy", "config": ["alpha": [0.1, "x", 0.2]]],
                kerasVersion: 3)
        }
        for argument in ["thresholds", "top_k", "class_id"] {
            expectNamed(argument) {
                _ = try Metric.keras(
                    ["class_name": "Precision", "config": .object([argument: "many"])], kerasVersion: 3)
            }
        }
        let model = Sequential { Dense(2, inputShape: [3]) }
        expectNamed("loss_weights") {
            try model.compile(
                keras: [
                    "optimizer": ["class_name": "SGD", "config": [:]], "loss": "mse", "loss_weights": ["a"],
                ],
                kerasVersion: 3)
        }
    }
}
