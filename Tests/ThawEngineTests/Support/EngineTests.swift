import Testing
import ThawEngine

/// The tests of the engine, one after the other: two engines at work at once would fight for the cores.
@Suite(.serialized) struct EngineTests {}

/// The engines under test.
enum Engines {
    static let one = Result { try OneDNNEngine(threads: 1) }
    static let two = Result { try OneDNNEngine(threads: 2) }

    /// With one thread and with two.
    static func all() throws -> [OneDNNEngine] { [try one.get(), try two.get()] }
}
