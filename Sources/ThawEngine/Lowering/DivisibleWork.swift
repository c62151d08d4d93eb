/// Work of a step that passes may give to threads in other ways than the step itself does: whole beside other steps,
/// or in parts.
protocol DivisibleWork {
    /// The cost, in elements of simple arithmetic.
    var work: Int { get }
    /// Whether the step divides itself among threads.
    var isShared: Bool { get }
    /// Whether threads may take rows through the step as well as it divides itself.
    var joinsChains: Bool { get }
    /// Whether the step may run later than where it stands, beside others, without losing what is in the caches.
    var mayWait: Bool { get }
    /// The pieces between which the work can be cut; nil where it can not.
    var pieces: Pieces? { get }
    /// The rows that the result certainly has; nil where every number that divides it will do, or none.
    var rowCount: Int? { get }

    /// The whole work on one thread; nil where that is not worth while.
    func onOneThread(_ phase: Phase) -> PlannedStep?
    /// Some of the pieces on one thread; nil if there is no kernel for them.
    func part(_ pieces: Range<Int>, _ phase: Phase) -> PlannedStep?
    /// How the work divides by rows of its result, if it does so with this number of rows.
    func byRows(_ rows: Int) -> RowDivision?
}

/// Independent pieces of a step's result, one after the other in memory.
struct Pieces {
    let count: Int
    /// The elements of the result in each.
    let width: Int
}

/// How a step divides by rows: samples, as a rule.
struct RowDivision {
    /// Storages of which some rows of the result need only the same rows.
    let alignedReads: [Storage]
    /// What is summed over all rows: each part has a sum of its own, and they are added afterwards.
    let sums: [(storage: Storage, columns: Int)]
    /// The step over some rows on one thread, with its own sums in the places given; nil if there is no kernel for it.
    let part: (Range<Int>, [PartialSum], Phase) -> PlannedStep?
}

/// Where a part's sum belongs.
struct PartialSum {
    let storage: Storage
    /// In bytes.
    let offset: Int
}
