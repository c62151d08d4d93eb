import ThawGraph

/// How an optimizer keeps gradients within bounds before it uses them.
public enum GradientClipping: Sendable, Hashable {
    /// Every element within `-limit...limit`.
    case value(Double)
    /// Every parameter's gradient, as a vector, no longer than the limit: `g * limit / max(|g|, limit)`.
    case norm(Double)
    /// All gradients together, as one vector, no longer than the limit (Pascanu et al. 2012).
    case globalNorm(Double)

    /// The name of the case.
    var kind: String {
        switch self {
        case .value: "value"
        case .norm: "norm"
        case .globalNorm: "globalNorm"
        }
    }

    private var limit: Double {
        switch self {
        case .value(let limit), .norm(let limit), .globalNorm(let limit): limit
        }
    }

    func check() throws {
        guard limit > 0, limit.isFinite else {
            throw TrainingError.invalidArgument(
                "gradients cannot be clipped at \(limit); give a number above 0.")
        }
    }

    /// The gradients within bounds; nil stays nil.
    func clipped(_ gradients: [SymbolicTensor?]) throws -> [SymbolicTensor?] {
        switch self {
        case .value(let limit): return try gradients.map { try $0?.clip(-limit, limit) }
        case .norm(let limit):
            return try gradients.map { gradient in
                guard let gradient else { return nil }
                let norm = try gradient.square().sum().sqrt()
                return try gradient * (limit / norm.maximum(limit))
            }
        case .globalNorm(let limit):
            let squares = try gradients.compactMap { try $0?.square().sum() }
            guard let first = squares.first else { return gradients }
            let norm = try squares.dropFirst().reduce(first) { try $0 + $1 }.sqrt()
            let scale = try limit / norm.maximum(limit)
            return try gradients.map { try $0.map { try $0 * scale } }
        }
    }
}
