import Testing

@testable import ThawEngine

/// The tests of the engine, one after the other: two engines at work at once would fight for the cores.
@Suite(.serialized) struct EngineTests {}

/// The engines under test.
enum Engines {
    static let one = Result { try OneDNNEngine(threads: 1) }
    static let two = Result { try OneDNNEngine(threads: 2) }

    /// Two threads that divide even the smallest work between them, in chains of rows and side by side.
    static let dividing = Result {
        var model = ThreadModel(maximum: 2)
        model.elementsWorthDividing = 1
        model.elementsWorthChaining = 1
        model.fewestRowsForThread = 1
        return try OneDNNEngine(threadModel: model)
    }

    /// With one thread, with two, and with two that divide everything.
    static func all() throws -> [OneDNNEngine] { [try one.get(), try two.get(), try dividing.get()] }
}
