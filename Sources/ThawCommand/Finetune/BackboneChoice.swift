import Foundation
import ThawVision

/// Which network is taken, where options leave it open.
struct BackboneChoice: Equatable {
    let backbone: Backbone
    /// 1 for networks of one width.
    let alpha: Double

    /// The width that is taken where none is given.
    private static let defaultAlpha = 1.0
    /// The widths that weights are recognized in.
    private static let alphas = [0.25, 0.35, 0.5, 0.75, 1, 1.3, 1.4]

    /// What is asked for; what is not, as a file of weights has it; MobileNet otherwise, of width 1.
    ///
    /// - Throws: `ToolError` for a width of a network that has one, `FormatError` for a file that cannot be read.
    init(backbone: Backbone?, alpha: Double?, weights: URL?) throws {
        if let backbone, alpha != nil, !backbone.hasAlpha {
            throw ToolError("--alpha is for mobilenet and mobilenetv2; \(backbone.rawValue) has one width.")
        }
        let isOpen = backbone == nil || alpha == nil && backbone?.hasAlpha == true
        let known = try isOpen ? weights.flatMap { try Self(weights: $0) } : nil
        self.backbone = backbone ?? known?.backbone ?? .mobilenet
        if alpha != nil, !self.backbone.hasAlpha {
            throw ToolError(
                "--alpha is for mobilenet and mobilenetv2, and the weights are those of "
                    + "\(self.backbone.title(alpha: 1)); leave it out.")
        }
        self.alpha = alpha ?? (known?.backbone == self.backbone ? known?.alpha : nil) ?? Self.defaultAlpha
    }

    /// The network that a file holds weights of; nil if it is not known.
    private init?(weights: URL) throws {
        guard let name = try KnownApplications.network(ofWeightsIn: weights) else { return nil }
        for backbone in Backbone.allCases {
            for alpha in backbone.hasAlpha ? Self.alphas : [Self.defaultAlpha]
            where backbone.title(alpha: alpha) == name {
                (self.backbone, self.alpha) = (backbone, alpha)
                return
            }
        }
        return nil
    }

    var title: String { backbone.title(alpha: alpha) }

    /// The network with the weights in a file, or with those that are published.
    func network(size: Int, weights: URL?, seed: UInt64) throws -> Application {
        try backbone.network(alpha: alpha, size: size, weights: backbone.weights(weights), seed: seed)
    }
}
