import ThawEngine

/// What is active while a layer is built: which random numbers its first values come from, and where it
/// is in the model.
///
/// First values depend on the seed and the path of the layer in the model only, not on the order of
/// building.
struct BuildContext: Sendable {
    /// The seed of the model that is being built.
    var seed: UInt64
    /// The names of the layers from below the model down to the layer that is being built.
    var path: [String]
    /// The engine that makes the parameters.
    var engine: any Engine

    /// Whether parameters are made without first values, which they get when the seed and the path are known:
    /// when a model is made of the layers.
    var defersFirstValues = false

    /// The innermost build under way.
    @TaskLocal static var current: BuildContext?

    /// For a layer that is built outside any model.
    static func fresh(path: [String]) -> BuildContext {
        BuildContext(seed: freshSeed(), path: path, engine: Runtime.engine)
    }

    /// For a layer that is called on values of a functional model that does not exist yet.
    static var deferred: BuildContext {
        BuildContext(seed: 0, path: [], engine: Runtime.engine, defersFirstValues: true)
    }

    /// A seed for what nobody gave one.
    static func freshSeed() -> UInt64 { UInt64.random(in: .min ... .max) }
}
