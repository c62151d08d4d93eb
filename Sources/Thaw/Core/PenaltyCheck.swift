import ThawGraph

/// Tries regularizers and constraints when a parameter is made, so that a mistake in them names the layer and is not found only in
/// training.
enum PenaltyCheck {
    /// Throws unless both work on parameters of a shape.
    static func check(
        _ regularizer: Regularizer?, _ constraint: Constraint?, of parameter: String, shape: [Int]
    ) throws {
        guard regularizer != nil || constraint != nil else { return }
        let graph = Graph()
        let value = graph.input(parameter, shape: shape)
        do {
            if let regularizer {
                let penalty = try regularizer(value)
                guard penalty.shape.isEmpty else {
                    throw LayerError(
                        "the regularizer \(regularizer.name) must give a scalar, got \(penalty.type); take the sum."
                    )
                }
            }
            if let constraint {
                let allowed = try constraint(value)
                guard allowed.type == value.type else {
                    throw LayerError(
                        "the constraint \(constraint.name) must keep the shape \(value.type), got \(allowed.type)."
                    )
                }
            }
        } catch let error as GraphError {
            throw LayerError("parameter \"\(parameter)\": \(error.description)")
        } catch let error as LayerError {
            throw LayerError("parameter \"\(parameter)\": \(error.message)")
        }
    }
}
