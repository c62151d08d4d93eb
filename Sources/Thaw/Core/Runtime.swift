public import ThawEngine

/// What everything runs on.
public enum Runtime {
    /// The engine on which models created from here on make their parameters.
    ///
    /// Another engine is chosen for a stretch of code with `Runtime.$engine.withValue(other) { ... }`.
    /// The choice is seen by the calling task only; a model trains on the engine it was created on
    /// (`Model.engine`), whichever is chosen later.
    @TaskLocal public static var engine: any Engine = OneDNNEngine.shared
}
