/// A piece of memory that steps read and write: where it lives is decided after lowering.
final class Storage {
    enum Place {
        /// In the shared arena, with a lifetime.
        case arena
        /// Kept by the executable from run to run: constants and what depends on unchanging variables only.
        case persistent
        /// A variable's own memory.
        case variable(OneDNNVariable)
    }

    let bytes: Int
    let place: Place
    /// Kept for the whole run: inputs and outputs of the executable.
    var isPinned = false
    /// The steps between which the contents matter; set by the planner.
    var firstStep = Int.max
    var lastStep = -1
    /// Where it is; set when memory is planned.
    var pointer: UnsafeMutableRawPointer?
    /// Contents to be put there when memory is planned: a constant.
    var constant: ((UnsafeMutableRawPointer) -> Void)?

    init(bytes: Int, place: Place) {
        self.bytes = max(bytes, 4)
        self.place = place
    }
}

/// When a step runs.
enum Phase: Int, Comparable {
    /// Once, and again when a variable it depends on has changed.
    case prologue
    /// At every run.
    case main
    /// At every run where the condition for assignments held.
    case update

    static func < (a: Phase, b: Phase) -> Bool { a.rawValue < b.rawValue }
}
