import Thaw

/// The networks that an unknown file of weights is compared with.
enum KnownApplications {
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
        guard best.share > 0.5 else { return nil }
        if best.share == 1 { return "\(best.name) without its top" }
        let more = shapes.count - best.known
        // The largest classifier, VGG's, has six arrays.
        return (1...6).contains(more) ? "\(best.name) with a top" : "a part or a variant of \(best.name)"
    }

    private static func counts(_ shapes: [[Int]]) -> [[Int]: Int] {
        Dictionary(shapes.map { ($0.sorted(), 1) }, uniquingKeysWith: +)
    }
}
