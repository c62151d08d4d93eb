import Foundation
import Testing
import ThawFormats

@testable import Thaw

/// A folder of files from elsewhere, which the project does not contain.
private let realData = ProcessInfo.processInfo.environment["THAW_REAL_DATA"].map { URL(filePath: $0) }

/// Models that others trained, with `THAW_REAL_DATA` naming the folder they are in.
@Suite(.enabled(if: realData != nil, "needs models from elsewhere: THAW_REAL_DATA=FOLDER"))
struct RealModelTests {
    /// MLPerf Tiny's ResNet-8 of Keras 2.4 is right about 87.8 % of 932 images of CIFAR-10.
    @Test func resNet8OfKeras2() throws {
        let folder = try #require(realData)
        let model = try Model.load(from: folder.appending(path: "mlperf_tiny/pretrainedResnet.h5"))
        #expect(model.parameterCount == 78_666)
        let (images, labels) = try CIFARBinaryFile.read(
            folder.appending(path: "cifar10_lossless/test_932.bin"))
        let count = images.shape[0]
        #expect(count == 932)
        let probabilities = try model.predict(images.cast(to: .float32))
        let right = zip(
            probabilities.argMax(axis: -1).scalars(as: Int32.self), labels.scalars(as: Int32.self)
        ).count { $0 == $1 }
        let accuracy = Double(right) / Double(count)
        #expect(abs(accuracy - 0.878) < 0.001, "\(accuracy)")
        #expect(model.optimizer?.name == "Adam")
        #expect((model.optimizer?.iterations ?? 0) > 0)
    }

    struct File: Decodable {
        let cases: [Case]
    }

    struct Case: Decodable, CustomTestStringConvertible {
        let path: String
        let low: Double
        let high: Double
        let parameters: Int
        let layers: Int
        let predictions: TrainingFixtures.Reference

        var testDescription: String { path }
    }

    static let cases: [Case] = (try? TrainingFixtures.load("real_models", as: File.self).cases) ?? []

    /// Each file's model predicts what Keras 2 predicts with it; nested models and arguments that Keras 3 refuses included.
    @Test(arguments: cases) func predictsAsKeras2(_ fixture: Case) throws {
        let folder = try #require(realData)
        let model = try Model.load(from: folder.appending(path: fixture.path))
        #expect(model.parameterCount == fixture.parameters)
        let shape = [2] + (try #require(model.inputShape))
        let numbers = (0..<shape.reduce(1, *)).map { k in
            Float(Double(7919 * k % 1000) / 1000 * (fixture.high - fixture.low) + fixture.low)
        }
        let predictions = try model.predict(Tensor(shape: shape, scalars: numbers))
        #expect(predictions.shape == fixture.predictions.shape)
        let worst =
            zip(predictions.floats, fixture.predictions.values).map { abs(Double($0) - $1) }.max() ?? 1
        #expect(worst <= 1e-4, "\(fixture.path): differs by \(worst)")
    }
}
