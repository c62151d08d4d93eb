/// How a layer makes one of its weights: where the first value comes from, what the loss adds for it, and what it is brought
/// to after each update.
struct WeightSettings {
    let initializer: Initializer
    let regularizer: Regularizer?
    let constraint: Constraint?

    init(_ initializer: Initializer, _ regularizer: Regularizer?, _ constraint: Constraint?) {
        self.initializer = initializer
        self.regularizer = regularizer
        self.constraint = constraint
    }
}

extension Layer {
    /// Makes a weight as the settings say; see `addWeight(name:shape:initializer:role:regularizer:constraint:)`.
    func addWeight(name: String, shape: [Int], _ settings: WeightSettings) throws -> Parameter {
        try addWeight(
            name: name, shape: shape, initializer: settings.initializer, regularizer: settings.regularizer,
            constraint: settings.constraint)
    }
}
