import ArgumentParser
import Foundation
import Thaw
import ThawVision

/// `thaw doctor-cost`: how long a diagnosis takes beside one pass of the model over the data that fuses nothing.
struct DoctorCostCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor-cost", abstract: "Measure what a diagnosis costs.", shouldDisplay: false)

    @Option(name: .long, help: "How many images.")
    var images = 512

    @Option(name: .long, help: "How often both are measured, in turn; medians count.")
    var rounds = 5

    @Option(name: .long, help: "Only the networks whose names contain this.")
    var only = ""

    func validate() throws {
        guard rounds > 0, images > 1 else {
            throw ValidationError("--rounds and --images must be above 0 and 1.")
        }
    }

    func run() throws {
        Console.print(
            "| network | images | a pass by batch statistics | diagnosis | ratio | ratio of products |")
        Console.print("|---|---|---|---|---|---|")
        for (name, model, size) in try networks() where only.isEmpty || name.contains(only) {
            var stream = RandomStream(seed: 1)
            let x = stream.uniformTensor([images, size, size, 3])
            let classes = model.outputShapes?.first?.last ?? 10
            let y = Tensor((0..<images).map { Int32($0 % classes) })
            try model.compile(optimizer: .sgd(), loss: .sparseCategoricalCrossentropy)
            let data = try Dataset(x, y)
            var work = 0.0
            // By batch statistics nothing can be folded into the convolutions.
            let times = try (0...rounds).map { _ in
                let pass = try seconds {
                    _ = try model.evaluate(data, statistics: .batch, verbosity: .silent)
                }
                return (pass, try seconds { work = try model.diagnose(data).evidence.work })
            }.dropFirst()
            let pass = median(times.map(\.0))
            let diagnosis = median(times.map(\.1))
            let ratio = median(times.map { $0.1 / $0.0 })
            Console.print(
                "| \(name) | \(images) | \(text(pass)) s | \(text(diagnosis)) s | \(text(ratio)) | \(text(work)) |"
            )
        }
    }

    /// Unfrozen, half frozen and frozen.
    private func networks() throws -> [(String, Model, Int)] {
        let plain = try CIFARResNet(depth: 20, weights: .none, classifierActivation: .softmax)
        let half = try CIFARResNet(depth: 20, weights: .none, classifierActivation: .softmax)
        for layer in half.leaves.prefix(half.leaves.count / 2) { layer.freeze() }
        let mobile = try MobileNet(alpha: 0.25, inputShape: [96, 96, 3], weights: .none)
        let frozen = try MobileNet(alpha: 0.25, inputShape: [96, 96, 3], weights: .none)
        frozen.freeze()
        return [
            ("ResNet-20", plain, 32), ("ResNet-20, half frozen", half, 32),
            ("MobileNet 0.25 with dropout", mobile, 96),
            ("MobileNet 0.25, frozen", frozen, 96),
        ]
    }

    private func seconds(_ body: () throws -> Void) rethrows -> Double {
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        return Double(DispatchTime.now().uptimeNanoseconds - start) / 1e9
    }

    private func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private func text(_ value: Double) -> String { String(format: "%.3g", value) }
}
