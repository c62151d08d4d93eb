package import Foundation
import Thaw

/// The networks that an unknown file of weights is compared with.
package enum KnownApplications {
    /// Every network of a published width or depth.
    ///
    /// - Parameter settings: what all of them are made with.
    static func plans(_ settings: ApplicationSettings) throws -> [ApplicationPlan] {
        var plans: [ApplicationPlan] = []
        for network in [ResNet.resNet50, .resNet101, .resNet152] { plans.append(try network.plan(settings)) }
        for network in [VGG.vgg16, .vgg19] { plans.append(try network.plan(settings)) }
        for alpha in [0.25, 0.5, 0.75, 1] { plans.append(try MobileNet.plan(settings, alpha: alpha)) }
        for alpha in [0.35, 0.5, 0.75, 1, 1.3, 1.4] {
            plans.append(try MobileNetV2.plan(settings, alpha: alpha))
        }
        for depth in [20, 32, 44, 56, 110] { plans.append(try CIFARResNet.plan(settings, depth: depth)) }
        plans.append(try DenseNet121.plan(settings))
        plans.append(try InceptionV3.plan(settings))
        plans.append(try Xception.plan(settings))
        for network in [EfficientNet.b0, .b1, .b2, .b3] { plans.append(try network.plan(settings)) }
        return plans
    }

    /// The network whose parameters have the shapes of a file's arrays, or nearly; nil if none has.
    ///
    /// Shapes are compared without regard to the order of axes, in which PyTorch's files differ.
    static func guess(_ shapes: [[Int]]) -> String? {
        guard let best = nearest(shapes) else { return nil }
        if best.share == 1 { return "\(best.name) without its top" }
        let more = shapes.count - best.known
        // The largest classifier, VGG's, has six arrays.
        return (1...6).contains(more) ? "\(best.name) with a top" : "a part or a variant of \(best.name)"
    }

    /// The network whose weights a file holds, such as `MobileNet(alpha: 0.25)`, with or without its classifier; nil if they are
    /// nearer to none of those known.
    ///
    /// - Throws: as `loadWeights`, for a file that cannot be read.
    package static func network(ofWeightsIn url: URL) throws -> String? {
        nearest(try WeightFileContents(of: url).arrays.map(\.shape))?.name
    }

    /// The network of which a file has most, by the share of common arrays and how many arrays it has of its own.
    private static func nearest(_ shapes: [[Int]]) -> (name: String, share: Double, known: Int)? {
        let found = counts(shapes)
        var best: (name: String, share: Double, known: Int) = ("", 0, 0)
        var settings = ApplicationSettings()
        settings.includeTop = false
        for plan in (try? plans(settings)) ?? [] {
            guard let network = try? Model(inputs: plan.inputs, outputs: plan.outputs) else { continue }
            let own = network.allParameters.map(\.shape)
            let common = counts(own).reduce(0) { $0 + min($1.value, found[$1.key] ?? 0) }
            let share = Double(common) / Double(own.count + shapes.count - common)
            if share > best.share { best = (plan.application, share, own.count) }
        }
        return best.share > 0.5 ? best : nil
    }

    private static func counts(_ shapes: [[Int]]) -> [[Int]: Int] {
        Dictionary(shapes.map { ($0.sorted(), 1) }, uniquingKeysWith: +)
    }
}
