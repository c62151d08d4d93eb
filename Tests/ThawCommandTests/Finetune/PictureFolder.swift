import Foundation
import Thaw
import ThawFormats
import ThawVision

@testable import ThawCommand

/// A folder of small pictures of two colours, and weights of a small network that nobody trained.
final class PictureFolder {
    let folder: ToolFolder

    init() throws { folder = try ToolFolder() }

    var url: URL { folder.file("photos") }
    func file(_ name: String) -> URL { url.appending(path: name) }

    /// Writes pictures of a colour: `reds/0.png` and so on.
    func add(_ count: Int, to path: String, red: Bool, seed: UInt64 = 1) throws {
        var stream = RandomStream(seed: seed).derived(path)
        for number in 0..<count {
            try write(Self.picture(red: red, &stream), to: "\(path)/\(number).png")
        }
    }

    func write(_ picture: Tensor, to path: String) throws {
        try write(ImageFile.png(of: picture), to: path)
    }

    func write(_ bytes: [UInt8], to path: String) throws {
        let target = file(path)
        try FileManager.default.createDirectory(
            at: target.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: target)
    }

    /// 36 x 40 pixels of noise, most of it in one channel.
    static func picture(red: Bool, _ stream: inout RandomStream) -> Tensor {
        let pixels = (0..<36 * 40 * 3).map { place -> UInt8 in
            let isStrong = place % 3 == (red ? 0 : 2)
            return UInt8(stream.int(in: isStrong ? 150..<256 : 0..<90))
        }
        return Tensor(shape: [36, 40, 3], scalars: pixels)
    }

    /// The weights of a MobileNet of width 0.25 for pictures of 32 x 32, at random, but so large (He et al., 2015) that features do
    /// not fade from layer to layer.
    func weights(_ name: String = "weights.h5") throws -> String {
        let network = try MobileNet(
            alpha: 0.25, inputShape: [32, 32, 3], weights: .none, includeTop: false, seed: 5)
        var stream = RandomStream(seed: 5)
        try network.setWeights(
            network.weights.map { weight in
                guard weight.rank == 4 else { return weight }
                let isDepthwise = weight.shape[3] == 1
                let inputs = weight.shape[0] * weight.shape[1] * (isDepthwise ? 1 : weight.shape[2])
                return stream.normalTensor(
                    weight.shape, standardDeviation: (2 / Float(inputs)).squareRoot())
            })
        try network.saveWeights(to: folder.file(name))
        return folder.path(name)
    }

    /// A plan that is done in seconds.
    func plan() throws -> FinetunePlan {
        var plan = FinetunePlan(folder: url.path, backbone: .mobilenet, alpha: 0.25, weights: try weights())
        plan.size = 32
        plan.epochs = 30
        plan.batchSize = 4
        plan.learningRate = 0.02
        plan.fineTuneEpochs = 2
        return plan
    }

    /// Does what a plan says.
    func run(_ plan: FinetunePlan, into name: String = "out") throws -> FinetuneReport {
        try FinetuneRun(plan: plan, verbosity: .silent).run(into: OutputFolder(path: folder.path(name)))
    }

    /// What an error says.
    func message(_ plan: FinetunePlan) -> String {
        do {
            _ = try run(plan)
            return ""
        } catch { return "\(error)" }
    }
}
