import Synchronization

/// A count that rises whenever anything changes that a trace depends on: a flag, a setting, a list of
/// layers.
///
/// Training compares the count between steps, which costs nothing, and looks at the model only when it
/// has risen.
enum LayerChanges {
    private static let counter = Atomic<UInt64>(0)

    /// The changes so far, of all layers in the process.
    static var count: UInt64 { counter.load(ordering: .relaxed) }

    /// Notes a change.
    static func note() { counter.wrappingAdd(1, ordering: .relaxed) }
}
