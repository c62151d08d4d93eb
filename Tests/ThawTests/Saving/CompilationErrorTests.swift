import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// What the file says of training and Thaw lacks: the error names it, and that the model can be had without.
@Suite struct CompilationErrorTests {
    private func error(
        optimizer: JSONValue = "sgd", loss: JSONValue = "mse", metrics: JSONValue = .null
    ) throws -> String {
        let folder = try TestFolder()
        let url = try HostileModelTests.archive(
            HostileModelTests.sequential(HostileModelTests.dense()),
            compilation: ["optimizer": optimizer, "loss": loss, "metrics": metrics], in: folder)
        let error = #expect(throws: SavedModelError.self) { try Model.load(from: url) }
        #expect(try Model.load(from: url, compiled: false).parameterCount == 8)
        let text = error?.description ?? ""
        #expect(text.contains("compiled: false") && !text.contains("customLayers"), "\(text)")
        return text
    }

    @Test func everyLackIsNamed() throws {
        func adam(_ config: JSONValue) -> JSONValue { ["class_name": "Adam", "config": config] }
        #expect(try error(loss: "wave").contains("wave"))
        #expect(try error(loss: ["class_name": "Tversky", "config": [:]]).contains("Tversky"))
        #expect(
            try error(loss: ["class_name": "Huber", "config": ["reduction": "none"]]).contains("reduction"))
        #expect(try error(metrics: ["ripple"]).contains("ripple"))
        #expect(
            try error(metrics: [["class_name": "MeanIoU", "config": ["num_classes": 2]]]).contains("MeanIoU"))
        let perOutput: JSONValue = ["class_name": "R2Score", "config": ["class_aggregation": .null]]
        #expect(try error(metrics: [perOutput]).contains("class_aggregation"))
        #expect(
            try error(metrics: [["class_name": "F1Score", "config": ["average": "most"]]]).contains("most"))
        #expect(try error(metrics: ["mae", "mae"]).contains("mean_absolute_error"))
        #expect(try error(optimizer: "Lion").contains("Lion"))
        #expect(try error(optimizer: adam(["amsgrad": true])).contains("amsgrad"))
        let schedule: JSONValue = ["class_name": "CosineDecayRestarts", "config": [:]]
        #expect(try error(optimizer: adam(["learning_rate": schedule])).contains("CosineDecayRestarts"))
        #expect(try error(optimizer: adam(["learning_rate": -1])).contains("-1"))
        #expect(try error(optimizer: 3).contains("optimizer"))
    }

    /// Names and objects that Thaw has.
    @Test func metricsAndActivationsOfKeras() throws {
        for average: JSONValue in [.null, "micro", "macro", "weighted"] {
            let config: JSONValue = ["average": average, "threshold": 0.5, "name": "f", "beta": 2]
            let metric = try #require(
                try Metric.keras(["class_name": "FBetaScore", "config": config], kerasVersion: 3)
                    as? FBetaScore)
            #expect(metric.beta == 2 && metric.threshold == 0.5 && metric.name == "f")
            let written = try #require(metric.keras)
            #expect(written["config"]?["average"] == average && written["class_name"] == "FBetaScore")
            let again = try Metric.keras(written, kerasVersion: 3) as? FBetaScore
            #expect(again?.average == metric.average && again?.beta == 2)
        }
        #expect(Metric.f1Score.keras?["class_name"] == "F1Score")
        #expect(
            (try Metric.keras("f1_score", kerasVersion: 3) as? FBetaScore)?.average == FBetaScore.Average.none
        )
        for aggregation in [R2Score.Aggregation.uniformAverage, .varianceWeightedAverage] {
            let written = try #require(R2Score(aggregation: aggregation).keras)
            #expect(written["config"]?["num_regressors"] == 0)
            #expect((try Metric.keras(written, kerasVersion: 3) as? R2Score)?.aggregation == aggregation)
        }
        #expect((try Metric.keras("r2_score", kerasVersion: 3) as? R2Score)?.aggregation == .uniformAverage)
        #expect(try Metric.keras("auc", kerasVersion: 3) is AreaUnderCurve)
        for activation in ActivationFunction.ofKeras {
            let name = try #require(activation.kerasName)
            func read(_ value: JSONValue) throws -> ActivationFunction {
                try KerasConfiguration(
                    className: "Activation", layerName: "a", kerasVersion: 3, values: ["activation": value]
                ).activation("activation")
            }
            #expect(try read(.string(name)).kerasName == name)
            #expect(try read(["class_name": "function", "config": .string(name)]).kerasName == name)
            #expect(try Dense(1).keras(activation) == .string(name == "swish" ? "silu" : name))
        }
        #expect(ActivationFunction.celu(alpha: 2).kerasName == nil)
    }
}
